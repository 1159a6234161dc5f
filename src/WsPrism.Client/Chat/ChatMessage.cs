using WsPrism.Client.Ext;

namespace WsPrism.Client.Chat;

/// <summary>Something said. Immutable.</summary>
public sealed class ChatMessage
{
    internal ChatMessage(Message message)
    {
        From = message.Data.TextOf("from") ?? string.Empty;
        Text = message.Data.TextOf("msg") ?? string.Empty;
        At = message.Data.TimeOf("ts");
        Room = message.Room;
        Offset = message.Offset;
    }

    /// <summary>Who said it.</summary>
    public string From { get; }

    /// <summary>What was said; empty for who is typing.</summary>
    public string Text { get; }

    /// <summary>When, by the gateway's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Where; null for a direct message.</summary>
    public string? Room { get; }

    /// <summary>Its place in the room's history, where the room has one.</summary>
    public ulong? Offset { get; }
}
