"""How a simulated agent answers a real person who tries the demo: with articles that fit, and short kind words."""

import random
from urllib.parse import quote

import msgspec
from msgspec import Struct
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

GREETINGS = (
    "Hello, this is {agent} from Pedalmere. Thank you for writing, I am looking into it.",
    "Hi, {agent} here! One moment please, I will see what I can find.",
    "Good day, I am {agent}. Thanks for your question, let me check.",
)
HELPFUL = (
    "We have written about exactly that: “{title}”. {excerpt} {url}",
    "I think this answers it: “{title}”. {excerpt} {url}",
    "Please have a look at “{title}”. {excerpt} {url}",
)
ASKING = (
    "I see. Could you tell me a little more, for example which model it is about, or the order number?",
    "Understood. I have noted it. Is there anything that you have tried already?",
    "Thank you, that helps. I will ask my colleagues in the workshop; is there anything else meanwhile?",
    "That is a good question. I would like to be sure before I answer; may I write to you by e-mail tomorrow?",
)
WELCOME = ("You are welcome! Is there anything else?", "My pleasure. Enjoy the ride!")
_THANKS = ("thank", "thanks", "thx", "danke", "merci", "gracias", "bye", "goodbye", "great", "perfect")
MIN_WORDS_TO_SEARCH = 2  # a greeting alone asks nothing


class ArticleHit(Struct):
    """What the article search gives."""

    title: str
    url: str
    excerpt: str = ""


class Host:
    """Finds words for one chat. Never says the same article twice."""

    def __init__(self, url: str, agent_name: str, rng: random.Random) -> None:
        self._url = url
        self._agent_name = agent_name
        self._rng = rng
        self._greeted = False
        self._told: set[str] = set()
        self._asked = 0

    async def answers(self, text: str) -> list[str]:
        """One or two messages in answer to what the customer said."""
        answers = []
        if not self._greeted:
            self._greeted = True
            answers.append(self._rng.choice(GREETINGS).format(agent=self._agent_name))
        words = text.casefold().replace("!", " ").replace(",", " ").replace(".", " ").split()
        if answers == [] and len(words) <= 5 and any(word in _THANKS for word in words):
            return [self._rng.choice(WELCOME)]
        hit = await self._find_article(text) if len(words) >= MIN_WORDS_TO_SEARCH else None
        if hit is not None:
            self._told.add(hit.url)
            url = hit.url if hit.url.startswith("http") else self._url + hit.url
            words_of = self._rng.choice(HELPFUL)
            answers.append(words_of.format(title=hit.title, excerpt=_first_sentence(hit.excerpt), url=url))
        elif not answers or len(words) >= MIN_WORDS_TO_SEARCH:
            answers.append(ASKING[self._asked % len(ASKING)])
            self._asked += 1
        return answers

    async def _find_article(self, text: str) -> ArticleHit | None:
        try:
            response = await AsyncHTTPClient().fetch(
                f"{self._url}/api/v1/articles?q={quote(text[:300])}&limit=3"
            )
            hits = msgspec.json.decode(response.body, type=list[ArticleHit])
        except (HTTPClientError, OSError, TimeoutError, msgspec.DecodeError):
            return None
        return next((hit for hit in hits if hit.url not in self._told), None)


def reading_time_s(text: str, rng: random.Random) -> float:
    """How long a person takes to read a message and write a line of the same length."""
    return min(14.0, 2.0 + len(text) / 40 + rng.uniform(0, 3))


def _first_sentence(excerpt: str) -> str:
    sentence, dot, _ = " ".join(excerpt.split()).partition(". ")
    return (sentence + dot).strip()[:200]
