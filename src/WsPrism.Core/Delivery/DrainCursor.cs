namespace WsPrism.Core.Delivery;

/// <summary>
/// A position in an outbox's drain order: how many frames of each class lie behind it, and how long each waiting class has been passed over.
/// Looking ahead with a copy shows what <see cref="Outbox.Take"/> will take.
/// </summary>
internal struct DrainCursor
{
    /// <summary>After so many frames of higher classes in a row a waiting lower class gets one (PROTOCOL §5).</summary>
    public const int MaxPassedOver = 32;

    public int Replay;
    public int Control;
    public int HotReliable;
    public int HotLossy;
    public int Ext;
    public bool Close;

    public int HotReliablePassedOver;
    public int HotLossyPassedOver;
    public int ExtPassedOver;

    /// <summary>
    /// Chooses the class of the next frame from how many wait in each, and counts whom that passes over. Strict order, but for a class that was
    /// passed over <see cref="MaxPassedOver"/> times in a row. Returns -1 where nothing waits.
    /// </summary>
    public int Choose(int control, int hotReliable, int hotLossy, int ext)
    {
        var chosen =
            hotReliable > 0 && HotReliablePassedOver >= MaxPassedOver ? DeliveryClass.HotReliable
            : hotLossy > 0 && HotLossyPassedOver >= MaxPassedOver ? DeliveryClass.HotLossy
            : ext > 0 && ExtPassedOver >= MaxPassedOver ? DeliveryClass.Ext
            : control > 0 ? DeliveryClass.Control
            : hotReliable > 0 ? DeliveryClass.HotReliable
            : hotLossy > 0 ? DeliveryClass.HotLossy
            : ext > 0 ? DeliveryClass.Ext
            : (DeliveryClass?)null;
        if (chosen is not { } cls)
        {
            return -1;
        }

        HotReliablePassedOver = Count(HotReliablePassedOver, hotReliable, cls, DeliveryClass.HotReliable);
        HotLossyPassedOver = Count(HotLossyPassedOver, hotLossy, cls, DeliveryClass.HotLossy);
        ExtPassedOver = Count(ExtPassedOver, ext, cls, DeliveryClass.Ext);
        return (int)cls;
    }

    private static int Count(int passedOver, int waiting, DeliveryClass chosen, DeliveryClass own) =>
        chosen == own || waiting == 0 ? 0 : chosen < own ? passedOver + 1 : passedOver;
}
