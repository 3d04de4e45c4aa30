// The chat window and the staff connection, for pages of other servers: docs/chat-element.md. Served as /chat.js.
export { SwitchboardChat } from "./static/chat/chat_element.js";
export { connectPresence, StaffConnection, tokenFrom } from "./static/chat/staff_connection.js";
