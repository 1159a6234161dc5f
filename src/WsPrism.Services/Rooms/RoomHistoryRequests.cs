using System.Buffers.Text;
using WsPrism.Protocol;

namespace WsPrism.Services.Rooms;

/// <summary>What clients ask of a room's history: <c>room.history</c>, and <c>since</c> of <c>room.join</c>.</summary>
internal static class RoomHistoryRequests
{
    public const string PositionExpected = "since and before must be {\"epoch\":\"…\",\"offset\":n} as the gateway has told them.";

    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private const int MaxEpochLength = 64;

    /// <summary>Answers <c>room.history</c>.</summary>
    public static void Answer(in ExtMessage message, IExtContext context)
    {
        if (JsonFields.FindInteger(message.Data, "limit"u8, DefaultLimit, 1, MaxLimit) is not { } limit)
        {
            context.Fail(ErrorCode.BadRequest, "limit must be 1 to 1000.");
        }
        else if (JsonFields.FindBoolean(message.Data, "reverse"u8, absent: false) is not { } reverse)
        {
            context.Fail(ErrorCode.BadRequest, "reverse must be true or false.");
        }
        else if (!TryFindPosition(message.Data, "since"u8, out var since) || !TryFindPosition(message.Data, "before"u8, out var before))
        {
            context.Fail(ErrorCode.BadRequest, PositionExpected);
        }
        else if (since is not null && before is not null)
        {
            context.Fail(ErrorCode.BadRequest, "since and before do not go together.");
        }
        else if (RoomOf.Message(message, context) is not { } room)
        {
            context.Fail(ErrorCode.NotInRoom, RoomOf.NotIn);
        }
        else
        {
            ((ISystemContext)context).AnswerHistory(room, limit, since, before, reverse);
        }
    }

    /// <summary>A position in a field of the data, null where it is absent; false where it is something else. An epoch that was never ours is one that is not known.</summary>
    public static bool TryFindPosition(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, out HistoryPosition? position)
    {
        position = null;
        if (!JsonFields.TryFind(data, name, out var raw))
        {
            return true;
        }

        Span<byte> buffer = stackalloc byte[MaxEpochLength];
        if (!JsonFields.TryFindString(raw, "epoch"u8, out var token)
            || !JsonFields.TryUnescape(token, buffer, out var epoch) || epoch.Length > MaxEpochLength
            || !JsonFields.TryFind(raw, "offset"u8, out var number)
            || !Utf8Parser.TryParse(number, out ulong offset, out var consumed) || consumed != number.Length)
        {
            return false;
        }

        position = HistoryPosition.Create(epoch, offset);
        return true;
    }
}
