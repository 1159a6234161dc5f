using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Plugins;

/// <summary>Guess the number as a backend has it: an answer for each message, by webhook or by a worker.</summary>
internal static class GuessBackend
{
    private const int LargestMax = 1_000_000;

    public static string Answer(JsonElement message) => message.GetProperty("type").GetString() switch
    {
        "start" => Start(message),
        "guess" => Guess(message),
        _ => Refuse("guess knows start and guess."),
    };

    private static string Start(JsonElement message)
    {
        if (!TryFindWhole(message, "max", LargestMax, out var max) || !TryFindWhole(message, "number", max ?? 100, out var number))
        {
            return Refuse("max is 1 to 1000000, and number 1 to max.");
        }

        var (limit, secret) = (max ?? 100, number ?? Random.Shared.Next(1, (max ?? 100) + 1));
        return $$$"""{"reply":{"max":{{{limit}}}},"set_state":{"number":{{{secret}}},"max":{{{limit}}},"tries":0}}""";
    }

    private static string Guess(JsonElement message)
    {
        if (!message.TryGetProperty("state", out var state))
        {
            return Refuse("Start a game first.");
        }

        var (number, max, tries) = (state.GetProperty("number").GetInt32(), state.GetProperty("max").GetInt32(), state.GetProperty("tries").GetInt32() + 1);
        if (!TryFindWhole(message, "n", max, out var n) || n is null)
        {
            return Refuse("guess needs data {n}.");
        }

        return n == number
            ? $$$"""{"reply":{"hint":"right"},"set_state":null{{{Won(message, tries)}}}}"""
            : $$$"""{"reply":{"hint":"{{{(number > n ? "higher" : "lower")}}}"},"set_state":{"number":{{{number}}},"max":{{{max}}},"tries":{{{tries}}}}}""";
    }

    private static string Won(JsonElement message, int tries) => message.TryGetProperty("in_room", out var inRoom) && inRoom.GetBoolean()
        ? $$$$""","publish":[{"to":{"room":{{{{message.GetProperty("room").GetRawText()}}}}},"message":{"svc":"guess","type":"won","data":{"user":{{{{message.GetProperty("user").GetRawText()}}}},"tries":{{{{tries}}}}}}}]"""
        : string.Empty;

    private static string Refuse(string text) => $$$"""{"error":{"code":"BAD_REQUEST","msg":{{{JsonSerializer.Serialize(text)}}}}}""";

    // False where the field is there and is not a whole number from 1 to max.
    private static bool TryFindWhole(JsonElement message, string name, int max, out int? value)
    {
        value = null;
        if (!message.TryGetProperty("data", out var data))
        {
            return true;
        }

        if (data.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (!data.TryGetProperty(name, out var field))
        {
            return true;
        }

        if (field.ValueKind != JsonValueKind.Number || !field.TryGetInt32(out var number) || number < 1 || number > max)
        {
            return false;
        }

        value = number;
        return true;
    }

    /// <summary>A worker that answers until it is disposed of.</summary>
    public sealed class Worker : IAsyncDisposable
    {
        private readonly WorkerClient _client;
        private readonly Task _work;

        private Worker(WorkerClient client)
        {
            _client = client;
            _work = WorkAsync();
        }

        public static async Task<Worker> StartAsync(ApiUnderTest api) => new(await WorkerClient.ConnectAsync(api, "guess"));

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _work;
        }

        private async Task WorkAsync()
        {
            try
            {
                while (true)
                {
                    var request = await _client.ExpectAsync("request");
                    await _client.AnswerAsync(request, Answer(request));
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or System.Net.Sockets.SocketException or OperationCanceledException)
            {
                // It was disposed of.
            }
        }
    }
}
