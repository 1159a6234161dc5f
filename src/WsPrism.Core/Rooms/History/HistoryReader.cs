using WsPrism.Core.Delivery;

namespace WsPrism.Core.Rooms.History;

/// <summary>Cuts pages out of what a room keeps. Called under the history's lock.</summary>
internal static class HistoryReader
{
    public static HistoryPage Read(in HistoryQuery query, in KeptMessages kept, ulong epoch, ulong head)
    {
        var first = head + 1 - (ulong)kept.Count;
        var (from, count, recovered) = query.Since is { } since ? After(since, epoch, first, head) : Until(query.Before, epoch, first, head);
        var forward = query.Since is not null;
        var taken = Fit(query, kept, (int)(from - first), count, forward, out var isTooLong);
        var start = forward ? (int)(from - first) : (int)(from - first) + count - taken;
        var messages = new OutboundFrame[taken];
        for (var i = 0; i < taken; i++)
        {
            messages[i] = kept[start + i];
            messages[i].AddReferences();
        }

        return new HistoryPage
        {
            Epoch = epoch,
            First = first,
            Last = head,
            From = first + (ulong)start,
            Messages = messages,
            HasMore = taken < count,
            IsRecovered = recovered,
            IsTooLong = isTooLong,
        };
    }

    // A position that is not of this history, or before what is kept: from the oldest on.
    private static (ulong From, int Count, bool? IsRecovered) After(Services.HistoryPosition since, ulong epoch, ulong first, ulong head)
    {
        var isKept = since.Epoch == epoch && since.Offset <= head && since.Offset + 1 >= first;
        var from = isKept ? since.Offset + 1 : first;
        return (from, (int)(head + 1 - from), isKept);
    }

    // A position that is not of this history, or after its end: from the newest on.
    private static (ulong From, int Count, bool? IsRecovered) Until(Services.HistoryPosition? before, ulong epoch, ulong first, ulong head)
    {
        if (before is not { } position)
        {
            return (first, (int)(head + 1 - first), null);
        }

        var isKnown = position.Epoch == epoch && position.Offset <= head + 1;
        var end = isKnown ? Math.Max(position.Offset, first) : head + 1;
        return (first, (int)(end - first), isKnown && position.Offset >= first);
    }

    // How many of the messages from an index on, or up to their end, are a page.
    private static int Fit(in HistoryQuery query, in KeptMessages kept, int index, int count, bool forward, out bool isTooLong)
    {
        var (taken, bytes) = (0, 0L);
        isTooLong = false;
        while (taken < count && taken < query.Limit)
        {
            // The comma, too.
            var length = kept[forward ? index + taken : index + count - 1 - taken].Length + 1;
            if (taken == 0 ? length > query.MaxSingleBytes : bytes + length > query.MaxBytes)
            {
                isTooLong = taken == 0;
                break;
            }

            bytes += length;
            taken++;
        }

        return taken;
    }
}
