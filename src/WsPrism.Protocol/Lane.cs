namespace WsPrism.Protocol;

/// <summary>The two lanes of a session. A lane has its own frame format, limits and delivery rules.</summary>
public enum Lane : byte
{
    /// <summary>Text frames that carry JSON envelopes: reliable and ordered per session.</summary>
    Ext,

    /// <summary>Binary frames: latency-critical, the latest state wins unless a frame is flagged reliable.</summary>
    Hot
}
