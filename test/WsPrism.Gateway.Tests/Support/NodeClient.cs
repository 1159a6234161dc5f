using System.Diagnostics;
using System.Text.Json;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A WebSocket client of somebody else's making: node's <c>ws</c>, told what to do line by line.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly Process _process;

    private NodeClient(Process process) => _process = process;

    public static NodeClient Start(string folder, string url, string[] protocols, object options)
    {
        var start = new ProcessStartInfo("node", ["client.mjs", JsonSerializer.Serialize(new[] { url, protocols, options })])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new NodeClient(Process.Start(start)!);
    }

    public async Task TellAsync(object command)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The next thing that happens, which must be this.</summary>
    public async Task<JsonElement> ExpectAsync(string what)
    {
        var line = await _process.StandardOutput.ReadLineAsync(Patience.Token()) ?? throw new EndOfStreamException($"{what} was expected");
        var happened = JsonSerializer.Deserialize<JsonElement>(line);
        Assert.True(happened.GetProperty("event").GetString() == what, $"{what}, not {line}");
        return happened;
    }

    /// <summary>The next message, which must be this envelope.</summary>
    public async Task<JsonElement> ExpectEnvelopeAsync(string svc, string type)
    {
        var envelope = JsonSerializer.Deserialize<JsonElement>((await ExpectAsync("text")).GetProperty("text").GetString()!);
        Assert.Equal((svc, type), (envelope.GetProperty("svc").GetString(), envelope.GetProperty("type").GetString()));
        return envelope;
    }

    public async Task<JsonElement> GreetedAsync()
    {
        await ExpectAsync("upgrade");
        var open = await ExpectAsync("open");
        await ExpectEnvelopeAsync("sys", "authed");
        await ExpectEnvelopeAsync("sys", "budget");
        await ExpectEnvelopeAsync("sys", "budget");
        return open;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
