using System.Text;
using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Rooms;

/// <summary>A page of what a room remembers. Immutable.</summary>
public sealed class HistoryPage
{
    internal HistoryPage(JsonElement answer)
    {
        Epoch = answer.TextOf("epoch") ?? string.Empty;
        First = answer.NumberOf("first", ulong.MaxValue);
        Last = answer.NumberOf("last", ulong.MaxValue);
        HasMore = answer.IsTrue("more");
        Recovered = answer.Get("recovered").ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null
        };

        var messages = new List<Message>();
        foreach (var entry in answer.ListOf("messages"))
        {
            if (EnvelopeParser.Parse(Encoding.UTF8.GetBytes(entry.GetRawText())) is { } message)
                messages.Add(message);
        }

        Messages = messages;
    }

    /// <summary>The messages, oldest first.</summary>
    public IReadOnlyList<Message> Messages { get; }

    /// <summary>Names the history that the offsets belong to.</summary>
    public string Epoch { get; }

    /// <summary>The oldest offset that is kept; <see cref="Last"/> + 1 where nothing is.</summary>
    public ulong First { get; }

    /// <summary>The newest offset.</summary>
    public ulong Last { get; }

    /// <summary>Whether there are more in the direction of the page.</summary>
    public bool HasMore { get; }

    /// <summary>Where the page was asked for by a position: whether nothing is missing between that and the page. Otherwise null.</summary>
    public bool? Recovered { get; }
}
