using System.Text;
using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>
/// The shared vectors over a real socket. The tenant allows nothing, so each good message is answered with NOT_ALLOWED and each bad one with the vector's
/// code: one answer for one message, and the session lives on.
/// </summary>
public abstract class VectorTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : VectorTests(Wire.WebSocket);

    public sealed class OverTcp() : VectorTests(Wire.Tcp);

    [Fact]
    public async Task Each_vector_whole_is_answered_with_its_code()
    {
        await using var gateway = await StartClosedAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        foreach (var (name, frame, code, id) in Vectors())
        {
            await client.SendAsync(frame);
            await AnsweredAsync(client, name, code, id);
        }

        await client.IsQuietAsync();
    }

    [Fact]
    public async Task Each_vector_in_every_two_way_split_is_answered_with_its_code()
    {
        await using var gateway = await StartClosedAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        foreach (var (name, vector, code, id) in Vectors())
        {
            var frame = client.Encode(vector);

            // Each send ends one split and begins the next. Its answer shows that the beginning was read, so the end comes in another read.
            await client.Raw.SendAsync(frame.AsMemory(0, 1));
            for (var split = 1; split < frame.Length; split++)
            {
                var next = split + 1 < frame.Length ? frame.AsSpan(0, split + 1) : default;
                await client.Raw.SendAsync((byte[])[.. frame.AsSpan(split), .. next]);
                await AnsweredAsync(client, $"{name}, split at {split}", code, id);
            }
        }

        await client.IsQuietAsync();
    }

    [Fact]
    public async Task Each_vector_byte_by_byte_is_answered_with_its_code()
    {
        await using var gateway = await StartClosedAsync();
        using var client = await gateway.ConnectAsync("t-alice");

        foreach (var (name, vector, code, id) in Vectors())
        {
            var frame = client.Encode(vector);
            for (var i = 0; i < frame.Length; i++)
            {
                await client.Raw.SendAsync(frame.AsMemory(i, 1));
            }

            await AnsweredAsync(client, name, code, id);
        }

        await client.IsQuietAsync();
    }

    [Fact]
    public async Task All_vectors_in_one_send_are_answered_in_their_order()
    {
        await using var gateway = await StartClosedAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        var vectors = Vectors().ToArray();

        await client.Raw.SendAsync(vectors.SelectMany(vector => client.Encode(vector.Frame)).ToArray());

        foreach (var (name, _, code, id) in vectors)
        {
            await AnsweredAsync(client, name, code, id);
        }

        await client.IsQuietAsync();
    }

    private Task<GatewayUnderTest> StartClosedAsync() =>
        StartAsync(new TestConfig().Tenant("policy.ext_allowlist", "[]").Tenant("policy.hot_allowlist", "[]"));

    private static async Task AnsweredAsync(GatewayClient client, string name, string code, string? id)
    {
        var error = await client.ExpectAsync("sys", "error");
        Assert.True(error.GetProperty("data").GetProperty("code").GetString() == code, $"{name}: {code}, not {error}");
        Assert.Equal(id, error.TryGetProperty("id", out var value) ? value.GetRawText() : null);
    }

    private static IEnumerable<(string Name, ClientFrame Frame, string Code, string? Id)> Vectors()
    {
        var mask = 0x9E3779B9u;
        foreach (var vector in Load("envelope.json"))
        {
            var payload = Encoding.UTF8.GetBytes(vector.GetProperty("text").GetString()!);
            var id = vector.TryGetProperty("expect", out var expect) && expect.TryGetProperty("id", out var value) ? value.GetRawText() : null;
            yield return (NameOf(vector), new ClientFrame(ClientFrame.Text, payload) { Mask = mask *= 3 }, CodeOf(vector), id);
        }

        foreach (var vector in Load("hot.json"))
        {
            // What only the gateway may send is refused when a client sends it.
            var payload = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            var code = vector.GetProperty("direction").GetString() == "out" ? "BAD_REQUEST" : CodeOf(vector);
            yield return (NameOf(vector), new ClientFrame(ClientFrame.Binary, payload) { Mask = mask *= 3 }, code, null);
        }
    }

    private static string NameOf(JsonElement vector) => vector.GetProperty("name").GetString()!;

    private static string CodeOf(JsonElement vector) => vector.TryGetProperty("error", out var error) ? error.GetString()! : "NOT_ALLOWED";

    private static JsonElement[] Load(string file) =>
        JsonSerializer.Deserialize<JsonElement[]>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", file)))!;
}
