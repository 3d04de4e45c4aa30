"""A manager beside a chat that is another's."""

from tests.live import LiveServer


async def test_a_manager_watches_an_agents_chat_unseen_and_takes_it_over(server: LiveServer) -> None:
    """R28: watching is silent; taking over is said to both."""
    ben = await server.console("ben")
    customer = await server.chatting("Where is my parcel?")
    while (await ben.next("line"))["kind"] != "assigned":
        pass
    ana = await server.console("ana")

    ana.send("open", chat=1, after=0)
    before = (await ana.next("lines"))["lines"]
    customer.send("say", client_id="message-1", text="It was due on Monday.")
    pushed = await ana.next("line")
    told = await ben.next("line")

    assert [line["text"] for line in before if line["kind"] == "message"] == ["Where is my parcel?"]
    assert pushed["text"] == told["text"] == "It was due on Monday."
    assert pushed["n"] == before[-1]["n"] + 1, "watching has left a line in the chat"
    assert "Ana" not in str(customer.seen) + str(ben.seen)

    ana.send("take", chats=[{"chat_id": 1, "person_id": "ben"}], id="take-over")
    assert (await ana.next("done"))["results"][0]["code"] == "assigned"
    while (line := await customer.next("line"))["kind"] != "assigned" or line["name"] != "Ana":
        pass
    while (await ben.next("line"))["person"] != "ana":
        pass
