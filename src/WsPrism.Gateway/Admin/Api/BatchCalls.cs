using System.Text.Json;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Protocol.Ext;

namespace WsPrism.Gateway.Admin.Api;

/// <summary><c>POST /batch</c>: many messages in one request. Each is answered on its own, in order; one that is wrong does not keep the others back.</summary>
internal sealed class BatchCalls(PublishCalls publish)
{
    /// <summary>Messages in one batch, each room of <c>rooms</c> one.</summary>
    public const int MaxOperations = 1_000;

    private const int MinBodyBytes = 1_048_576;

    // The array and the item stand around each message.
    private const int MaxDepth = EnvelopeRules.MaxDepth + 2;

    public async Task RunAsync(ApiRequest request)
    {
        request.AllowQuery();
        var maxBytes = Math.Max(MinBodyBytes, request.Tenant.Snapshot.Config.Limits.MaxFrameBytes + PublishCalls.MaxAround);
        var body = await request.ReadJsonAsync(maxBytes, MaxDepth);
        if (body.ValueKind != JsonValueKind.Array)
        {
            throw ApiJson.Wrong(string.Empty, "must be an array");
        }

        // Before anything is made of it: a megabyte holds half a million items.
        var operations = body.GetArrayLength();
        var items = operations <= MaxOperations ? body.EnumerateArray().ToArray() : [];
        operations = Math.Max(operations, items.Sum(OperationsOf));
        if (operations > MaxOperations)
        {
            throw ApiJson.Wrong(string.Empty, $"must have at most {MaxOperations} messages, each room of rooms counted, not {operations}");
        }

        request.Take(Math.Max(0, operations - 1));
        await AnswerAsync(request, await RunAsync(request, items));
    }

    private async Task<BatchAnswer[]> RunAsync(ApiRequest request, JsonElement[] items)
    {
        var answers = new BatchAnswer[items.Length];
        var started = new List<(int Index, Task<Published> Published)>();
        var underWay = 0;
        for (var i = 0; i < items.Length; i++)
        {
            try
            {
                started.Add((i, StartAsync(request, items[i], $"[{i}]")));
                underWay += OperationsOf(items[i]);
            }
            catch (ApiException exception)
            {
                answers[i] = new BatchAnswer(default, exception.Problem);
            }

            if (underWay >= PublishCalls.AtOnce || i == items.Length - 1)
            {
                await FinishAsync(request, started, answers);
                underWay = 0;
            }
        }

        return answers;
    }

    private static async Task FinishAsync(ApiRequest request, List<(int Index, Task<Published> Published)> started, BatchAnswer[] answers)
    {
        foreach (var (index, published) in started)
        {
            try
            {
                answers[index] = new BatchAnswer(await request.PatientlyAsync(published), null);
            }
            catch (ApiException exception) when (published.IsFaulted)
            {
                // Refused on its own. A request that took too long is another matter.
                answers[index] = new BatchAnswer(default, exception.Problem);
            }
        }

        started.Clear();
    }

    private static Task AnswerAsync(ApiRequest request, BatchAnswer[] answers) => request.AnswerAsync(json =>
    {
        json.WriteStartArray();
        foreach (var answer in answers)
        {
            if (answer.Problem is not null)
            {
                answer.Problem.WriteTo(json);
                continue;
            }

            PublishCalls.Write(json, answer.Published);
        }

        json.WriteEndArray();
    });

    // Counted before it is read: whatever is wrong with an item, it is one.
    private static int OperationsOf(JsonElement item)
    {
        try
        {
            return item.ValueKind == JsonValueKind.Object && item.TryGetProperty("to", out var to) && to.ValueKind == JsonValueKind.Object
                && to.TryGetProperty("rooms", out var rooms) && rooms.ValueKind == JsonValueKind.Array
                    ? Math.Max(1, rooms.GetArrayLength())
                    : 1;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in a name.
            return 1;
        }
    }

    private Task<Published> StartAsync(ApiRequest request, JsonElement item, string path)
    {
        var fields = ApiJson.Fields(item, path, "to", "message", "frame_base64");
        var targets = ReadTargets(ApiJson.Required(fields, path, "to"), $"{path}.to");
        if (fields.ContainsKey("message") == fields.ContainsKey("frame_base64"))
        {
            throw ApiJson.Wrong(path, "must have either message or frame_base64");
        }

        if (fields.TryGetValue("message", out var message))
        {
            return publish.PublishAsync(request.Tenant, targets, PublishBody.Read(message, $"{path}.message"));
        }

        var place = $"{path}.frame_base64";
        return publish.PublishAsync(request.Tenant, targets, ApiJson.Base64(fields["frame_base64"], place), place);
    }

    private static PublishTarget[] ReadTargets(JsonElement to, string path)
    {
        var fields = ApiJson.Fields(to, path, "room", "rooms", "user", "session", "all");
        if (fields.Count != 1)
        {
            throw ApiJson.Wrong(path, "must have exactly one of room, rooms, user, session and all");
        }

        var (kind, value) = fields.Single();
        var place = $"{path}.{kind}";
        return kind switch
        {
            "room" => [ApiNames.ToRoom(ApiJson.Text(value, place), place)],
            "user" => [ApiNames.ToUser(ApiJson.Text(value, place), place)],
            "session" => [ApiNames.ToSession(ApiJson.Text(value, place), place)],
            "all" => value.ValueKind == JsonValueKind.True ? [PublishTarget.Everybody] : throw ApiJson.Wrong(place, "must be true"),
            _ when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 => ReadRooms(value, place),
            _ => throw ApiJson.Wrong(place, "must be a list of rooms"),
        };
    }

    private static PublishTarget[] ReadRooms(JsonElement list, string place)
    {
        PublishTarget[] rooms = [.. list.EnumerateArray().Select((room, i) => ApiNames.ToRoom(ApiJson.Text(room, $"{place}[{i}]"), $"{place}[{i}]"))];
        return rooms.DistinctBy(room => room.Name, StringComparer.Ordinal).Count() == rooms.Length
            ? rooms
            : throw ApiJson.Wrong(place, "must not have a room twice");
    }

    private readonly record struct BatchAnswer(Published Published, ApiProblem? Problem);
}
