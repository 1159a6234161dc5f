using System.Text;
using System.Text.Json;
using static WsPrism.Transports.Tests.WebSockets.ParserRuns;

namespace WsPrism.Transports.Tests.WebSockets;

/// <summary>The protocol's vectors as a client would send them: what the framing hands on is what was put in.</summary>
public sealed class VectorFramingTests
{
    [Fact]
    public void Every_envelope_comes_out_as_it_went_in()
    {
        foreach (var vector in Read("envelope.json"))
        {
            var text = vector.GetProperty("text").GetString()!;

            Expect(ClientFrames.Text(text), ["text " + text]);
        }
    }

    [Fact]
    public void Every_hot_frame_comes_out_as_it_went_in()
    {
        foreach (var vector in Read("hot.json"))
        {
            var hex = vector.GetProperty("hex").GetString()!;

            Expect(ClientFrames.Binary(Convert.FromHexString(hex)), ["binary " + hex]);
        }
    }

    [Fact]
    public void All_of_them_in_one_stream_come_out_in_order()
    {
        var texts = Read("envelope.json").Select(vector => Encoding.UTF8.GetBytes(vector.GetProperty("text").GetString()!));
        var frames = Read("hot.json").Select(vector => Convert.FromHexString(vector.GetProperty("hex").GetString()!));
        byte[][] expected = [.. texts, .. frames];
        var stream = texts.Select(text => ClientFrames.Frame(0x1, text)).Concat(frames.Select(frame => ClientFrames.Binary(frame)));

        ExpectMessages([.. stream.SelectMany(frame => frame)], expected, Limit);
    }

    private static List<JsonElement> Read(string name)
    {
        var vectors = JsonSerializer.Deserialize<List<JsonElement>>(File.ReadAllBytes(Find(Path.Combine("test", "vectors", name))))!;

        Assert.NotEmpty(vectors);
        return vectors;
    }

    private static string Find(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, path)))
            folder = folder.Parent;

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, path);
    }
}
