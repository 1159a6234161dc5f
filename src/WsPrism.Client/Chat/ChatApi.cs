using WsPrism.Client.Ext;

namespace WsPrism.Client.Chat;

/// <summary>Text between people. Without a room the active one is meant. Thread-safe; handlers run on the receive loop.</summary>
public sealed class ChatApi
{
    private readonly ExtLane _ext;

    internal ChatApi(ExtLane ext) => _ext = ext;

    /// <summary>Says something to everybody in a room. It comes back to the sender too, so that all see one order.</summary>
    public Task SendAsync(string text, string? room = null, RequestOptions? options = null, CancellationToken cancellation = default) =>
        _ext.RequestAsync("chat", "send", room, JsonFields.Of("msg", text), options, cancellation);

    /// <summary>Says something to one user in the same room.</summary>
    public Task DirectAsync(string user, string text, string? room = null, RequestOptions? options = null, CancellationToken cancellation = default) =>
        _ext.RequestAsync("chat", "direct", room, JsonFields.Of("to", user, "msg", text), options, cancellation);

    /// <summary>Tells the others that this user is typing. Nobody waits for it.</summary>
    public SendResult Typing(string? room = null) => _ext.TrySend("chat", "typing", room);

    /// <summary>Hears what is said in a room, or in all.</summary>
    public IDisposable OnMessage(Action<ChatMessage> handler, string? room = null) => On("msg", handler, room);

    /// <summary>Hears what is said to this user alone.</summary>
    public IDisposable OnDirect(Action<ChatMessage> handler) => On("direct", handler, null);

    /// <summary>Hears who is typing, in a room or in all.</summary>
    public IDisposable OnTyping(Action<ChatMessage> handler, string? room = null) => On("typing", handler, room);

    private IDisposable On(string type, Action<ChatMessage> handler, string? room)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _ext.On("chat", type, message => handler(new ChatMessage(message)), room);
    }
}
