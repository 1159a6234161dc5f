using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms;

/// <summary>A gateway whose rooms <c>r*</c> have a rule for lossy Hot frames, and what tests of such rules look at.</summary>
internal static class Ruled
{
    public static TestGateway Gateway(RoomHotConfig? rule = null, OutboundConfig? outbound = null, int shards = 1, int maxFrameBytes = 4_096) => new(
        shards,
        tenant => tenant with
        {
            Limits = new LimitsConfig { MaxFrameBytes = maxFrameBytes, Outbound = outbound ?? new OutboundConfig() },
            Rooms = rule is null ? [] : [new RoomRuleConfig { Match = "r*", Hot = rule }],
        });

    /// <summary>Sends a state of a key with one byte in it.</summary>
    public static TestClient Put(this TestClient sender, uint key, byte value) =>
        sender.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = key, Payload = new[] { value } });

    /// <summary>What has come of states since the last look: key and value of each. That a member has left is no state.</summary>
    public static string Got(this TestClient receiver) => string.Join(' ', receiver.ReadStates().Where(state => state.Payload.Length > 0).Select(state => $"{state.Key}={state.Payload[0]}"));

    /// <summary>What has come since the last look: the states of each Hot frame, in brackets where it is a BATCH.</summary>
    public static string GotFrames(this TestClient receiver) => string.Join(' ', receiver.ReadAll().Where(frame => frame.Kind == FrameKind.Binary).Select(frame =>
    {
        var states = string.Join(' ', frame.ToStates().Select(state => $"{state.Key}={state.Payload[0]}"));
        return (frame.Bytes[2] & (byte)HotFlags.Batch) != 0 ? $"[{states}]" : states;
    }));

    public static void AssertNothingWaits(this TestGateway gateway)
    {
        Assert.All(gateway.Node.Shards, shard => Assert.Equal(0, shard.Ticks.Count));
        Assert.All(gateway.Clients, client => Assert.Equal(0, client.Session.Ledger.Queued(DeliveryClass.HotLossy)));
    }

    /// <summary>The lossy class of a session's own ledger: accepted, delivered, conflated, expired, overflow, session_closed, queued.</summary>
    public static string Lossy(this Session session) => Lossy(session.SettledLedger());

    public static string Lossy(Ledger ledger) => string.Join(' ', (long[])
    [
        ledger.Accepted(DeliveryClass.HotLossy),
        .. Enum.GetValues<Fate>().Select(fate => ledger.Count(DeliveryClass.HotLossy, fate)),
        ledger.Queued(DeliveryClass.HotLossy),
    ]);
}
