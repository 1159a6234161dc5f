using System.Text.Json;

namespace WsPrism.Core.Rooms.History;

/// <summary>What clients and backends are told of histories, as JSON.</summary>
internal static class HistoryJson
{
    /// <summary>The fields of <c>sys.joined</c>: none in a room that keeps nothing, but for who asked.</summary>
    public static void WriteStand(in RoomReplay replay, Utf8JsonWriter json)
    {
        if (replay.HasEpoch)
        {
            json.WriteNumber("offset"u8, replay.Offset);
            WriteEpoch(replay.Epoch, json);
        }

        if (replay.IsComplete is { } isComplete)
        {
            json.WriteBoolean("recovered"u8, isComplete);
        }
    }

    /// <summary>The fields of a page, without braces around them.</summary>
    public static void WritePage(HistoryPage page, bool newestFirst, Utf8JsonWriter json)
    {
        if (page.Epoch != 0)
        {
            WriteEpoch(page.Epoch, json);
        }

        json.WriteStartArray("messages"u8);
        for (var i = 0; i < page.Messages.Length; i++)
        {
            json.WriteRawValue(page.Messages[newestFirst ? page.Messages.Length - 1 - i : i].Payload, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteNumber("first"u8, page.First);
        json.WriteNumber("last"u8, page.Last);
        json.WriteBoolean("more"u8, page.HasMore);
        if (page.IsRecovered is { } isRecovered)
        {
            json.WriteBoolean("recovered"u8, isRecovered);
        }
    }

    private static void WriteEpoch(ulong epoch, Utf8JsonWriter json)
    {
        Span<byte> text = stackalloc byte[EpochText.Length];
        EpochText.Format(epoch, text);
        json.WriteString("epoch"u8, text);
    }
}
