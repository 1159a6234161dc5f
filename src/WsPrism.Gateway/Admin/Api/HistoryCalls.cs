using System.Buffers.Text;
using System.Globalization;
using System.Text;
using WsPrism.Core.Rooms.History;
using WsPrism.Services;

namespace WsPrism.Gateway.Admin.Api;

/// <summary><c>GET /rooms/{room}/history</c>: pages of what a room has said, as <c>room.history</c> has them for clients. Costs the room its lock for a page.</summary>
internal static class HistoryCalls
{
    private const int MaxPageBytes = 1_048_576;
    private const string Forward = "since";
    private const string Backward = "before";

    public static Task GetAsync(ApiRequest request, string name)
    {
        request.AllowQuery("limit", "cursor", "epoch", Forward, Backward, "reverse");
        ApiNames.Room(name);
        var (since, before) = ReadPosition(request);
        var newestFirst = request.Parameter("reverse") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw ApiJson.Wrong("reverse", "must be true or false"),
        };
        using var page = request.Tenant.History.Find(name)?.Read(new HistoryQuery(request.Limit, since, before, MaxPageBytes, int.MaxValue))
            ?? new HistoryPage { First = 1, IsRecovered = since is null && before is null ? null : false };
        return request.AnswerAsync(json =>
        {
            json.WriteStartObject();
            HistoryJson.WritePage(page, newestFirst, json);
            if (page.HasMore)
            {
                json.WriteString("cursor"u8, CursorAfter(page, since is not null));
            }

            json.WriteEndObject();
        });
    }

    // Where the next page begins, as the text of a position.
    private static string CursorAfter(HistoryPage page, bool forward)
    {
        var (direction, offset) = forward ? (Forward, page.From + (ulong)page.Messages.Length - 1) : (Backward, page.From);
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{direction} {EpochText.Format(page.Epoch)} {offset}")));
    }

    private static (HistoryPosition? Since, HistoryPosition? Before) ReadPosition(ApiRequest request)
    {
        var (since, before, epoch) = (request.Parameter(Forward), request.Parameter(Backward), request.Parameter("epoch"));
        if (request.After is { } cursor)
        {
            if (since is not null || before is not null || epoch is not null)
            {
                throw ApiJson.Wrong("cursor", "stands alone, without since, before and epoch");
            }

            var parts = cursor.Split(' ');
            (since, before, epoch) = parts switch
            {
                [Forward, var at, var offset] => (offset, (string?)null, at),
                [Backward, var at, var offset] => (null, offset, at),
                _ => throw ApiJson.Wrong("cursor", "must be one that a list has answered"),
            };
        }

        if (since is not null && before is not null)
        {
            throw ApiJson.Wrong(Forward, "and before do not go together");
        }

        if ((since ?? before) is not null && epoch is null)
        {
            throw ApiJson.Wrong("epoch", "must come with since and before: an offset means nothing without it");
        }

        return (Position(since, epoch, Forward), Position(before, epoch, Backward));
    }

    private static HistoryPosition? Position(string? offset, string? epoch, string place) =>
        offset is null ? null
        : ulong.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? HistoryPosition.Create(Encoding.UTF8.GetBytes(epoch!), number)
        : throw ApiJson.Wrong(place, "must be an offset");
}
