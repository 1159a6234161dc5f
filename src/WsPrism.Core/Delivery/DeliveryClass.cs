namespace WsPrism.Core.Delivery;

/// <summary>The classes of PROTOCOL §5 in the order in which they are drained.</summary>
internal enum DeliveryClass : byte
{
    /// <summary><c>sys.*</c>, ping and pong, close.</summary>
    Control,

    /// <summary>Hot frames with RELIABLE.</summary>
    HotReliable,

    /// <summary>All other Hot frames: the latest state wins.</summary>
    HotLossy,

    /// <summary>Envelopes.</summary>
    Ext,
}

/// <summary>Facts about <see cref="DeliveryClass"/>.</summary>
internal static class DeliveryClasses
{
    /// <summary>How many classes there are.</summary>
    public const int Count = 4;

    /// <summary>Names used in metrics and in <c>sys.stats</c>, by class.</summary>
    public static readonly string[] Names = ["control", "hot_reliable", "hot_lossy", "ext"];

    /// <summary>The lane of each class.</summary>
    public static readonly string[] Lanes = ["ext", "hot", "hot", "ext"];
}
