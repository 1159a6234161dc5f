using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using WsPrism.Core.ServerApi;
using WsPrism.Gateway.Hosting;

namespace WsPrism.Gateway.Cli.PluginTest;

/// <summary>
/// Sends messages to a gateway that runs a plugin, one after the other, and writes down what comes back: first to the sender, then to the room. Used by one task.
/// </summary>
internal sealed class PluginTrial(TrialOptions options, GatewayHost host, TextWriter output, TextWriter errors)
{
    /// <summary>The <c>svc</c> of the envelopes behind which everything has come that was sent before.</summary>
    public const string MarkerService = "wsprism.marker";

    // Longer than any service may take for an answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(70);

    private readonly List<string> _toSender = [];
    private readonly List<string> _toRoom = [];
    private readonly ServerPublisher _publisher = new(host.Node.Shards);

    /// <summary>Runs it; false where a message was refused, or was not answered.</summary>
    public async Task<bool> RunAsync()
    {
        using var patience = new CancellationTokenSource(Patience + options.Wait, TimeProvider.System);
        using var observer = await TrialClient.ConnectAsync("room", host.ClientAddress, "observer", options.Room, _toRoom, patience.Token);
        using var sender = await TrialClient.ConnectAsync("sender", host.ClientAddress, "sender", options.Room, _toSender, patience.Token);
        await ShowAsync(sender, observer);
        var (isGood, sent) = (true, 0);
        for (var i = 0; i < options.Messages.Count && !sender.IsClosed; i++, sent++)
        {
            isGood &= await SendAsync(sender, Complete(options.Messages[i], i + 1, out var id), id);
            await ShowAsync(sender, observer);
        }

        for (var i = 0; i < options.HotFrames.Count && !sender.IsClosed; i++, sent++)
        {
            isGood &= await SendAsync(sender, Convert.FromHexString(options.HotFrames[i]));
            await ShowAsync(sender, observer);
        }

        if (sender.CloseStatus == WebSocketCloseStatus.MessageTooBig)
        {
            var most = host.Node.FindTenant(TrialConfig.Tenant)!.Snapshot.Config.Limits.MaxFrameBytes;
            await errors.WriteLineAsync($"wsprism: message {sent} is longer than a client's may be, {most} bytes (limits.max_frame_bytes)");
            isGood = false;
        }

        if (sent < options.Messages.Count + options.HotFrames.Count)
        {
            await errors.WriteLineAsync($"wsprism: the sender was sent away after {sent} of {options.Messages.Count + options.HotFrames.Count} messages");
            isGood = false;
        }

        if (options.Wait > TimeSpan.Zero)
        {
            await Task.Delay(options.Wait, TimeProvider.System);
            await ShowAsync(sender, observer);
        }

        return isGood;
    }

    // With the service's name and, so that it is known when it is through, an id.
    private string Complete(string message, int number, out string id)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(message)!;
        if (!fields.TryGetValue("id", out var own))
        {
            fields["id"] = own = JsonSerializer.SerializeToElement(number);
        }

        id = own.ToString();
        fields.TryAdd("svc", JsonSerializer.SerializeToElement(options.Service));
        return JsonSerializer.Serialize(fields);
    }

    private async Task<bool> SendAsync(TrialClient sender, string message, string id)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            await sender.SendAsync(message, patience.Token);
            var answer = await sender.ReadAsync(_toSender, envelope => IsAnswer(envelope, id), patience.Token);
            return answer is not null && answer.Value.GetProperty("type").GetString() == "ack";
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync($"wsprism: message {id} was not answered within {Patience.TotalSeconds} s");
            return false;
        }
    }

    // Nothing answers a Hot frame, but it is handled before what comes next.
    private async Task<bool> SendAsync(TrialClient sender, byte[] frame)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var refused = false;
        await sender.SendAsync(frame, patience.Token);
        await sender.SendAsync("""{"svc":"sys","type":"ping"}""", patience.Token);
        var pong = await sender.ReadAsync(
            _toSender,
            envelope =>
            {
                refused |= envelope.GetProperty("svc").GetString() == "sys" && envelope.GetProperty("type").GetString() == "error";
                return envelope.GetProperty("svc").GetString() == "sys" && envelope.GetProperty("type").GetString() == "pong";
            },
            patience.Token);
        return pong is not null && !refused;
    }

    // What could not be understood is refused without its id.
    private static bool IsAnswer(JsonElement envelope, string id) =>
        envelope.GetProperty("svc").GetString() == "sys" && envelope.GetProperty("type").GetString() is var type
        && (TrialClient.IdOf(envelope) is { } answered ? answered == id && type is ("ack" or "error") : type == "error");

    // A marker goes the way of all that services publish, so that it comes behind what was published before.
    private async Task ShowAsync(TrialClient sender, TrialClient observer)
    {
        await MarkAsync(sender, _toSender);
        await MarkAsync(observer, _toRoom);
        foreach (var line in _toSender.Concat(_toRoom))
        {
            await output.WriteLineAsync(line);
        }

        _toSender.Clear();
        _toRoom.Clear();
    }

    private async Task MarkAsync(TrialClient client, List<string> lines)
    {
        if (client.IsClosed)
        {
            return;
        }

        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var marker = new ServerMessage { Svc = Encoding.UTF8.GetBytes(MarkerService), Type = "marker"u8.ToArray() };
        await _publisher.PublishAsync(host.Node.FindTenant(TrialConfig.Tenant)!, new PublishTarget(PublishTargetKind.Session, client.Session), marker);
        await client.ReadAsync(lines, envelope => envelope.GetProperty("svc").GetString() == MarkerService, patience.Token);
    }
}
