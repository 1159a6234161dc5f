using System.Buffers.Binary;
using System.Reflection;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;

namespace WsPrism.Core.Tests.Delivery;

/// <summary>Frames with a number in their payload, for tests of the outbox alone.</summary>
internal static class Frames
{
    private static readonly FieldInfo References = typeof(OutboundFrame).GetField("_references", BindingFlags.Instance | BindingFlags.NonPublic)!;

    public static OutboxLimits Limits { get; } = new(ExtMessages: 8, ExtBytes: 1_024, HotMaxKeys: 4, HotReliableBytes: 1_024, SlowConsumerRule.Disconnect);

    public static OutboundFrame Make(DeliveryClass cls, int number, uint key = 0, int length = 4)
    {
        var kind = cls is DeliveryClass.Control or DeliveryClass.Ext ? FrameKind.Text : FrameKind.Binary;
        var frame = OutboundFrame.Rent(kind, cls, length, new ConflationKey(1, key, 7, 0));
        frame.SetLength(length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.WritableBuffer, number);
        return frame;
    }

    public static OutboundFrame Close() => OutboundFrame.Rent(FrameKind.Close, DeliveryClass.Control, 2);

    public static int Number(OutboundFrame frame) => BinaryPrimitives.ReadInt32LittleEndian(frame.Payload);

    public static int ReferencesOf(OutboundFrame frame) => (int)References.GetValue(frame)!;

    /// <summary>Takes frames one by one as a transport does; each as its class and number.</summary>
    public static List<(DeliveryClass Class, int Number)> Drain(Outbox outbox, int count = int.MaxValue)
    {
        var taken = new List<(DeliveryClass, int)>();
        while (taken.Count < count)
        {
            var cursor = outbox.StartDrain();
            if (!outbox.TryPeek(ref cursor, out var frame))
            {
                break;
            }

            taken.Add((frame.Class, Number(frame)));
            outbox.Take(1);
        }

        return taken;
    }

    public static void AssertBalanced(Ledger ledger)
    {
        for (var i = 0; i < DeliveryClasses.Count; i++)
        {
            var cls = (DeliveryClass)i;
            var fates = Enum.GetValues<Fate>().Sum(fate => ledger.Count(cls, fate));
            Assert.True(ledger.Queued(cls) >= 0, $"{cls}: {ledger.Queued(cls)} queued");
            Assert.True(ledger.Accepted(cls) == fates + ledger.Queued(cls), $"{cls}: {ledger.Accepted(cls)} accepted, {fates} fates, {ledger.Queued(cls)} queued");
        }
    }
}
