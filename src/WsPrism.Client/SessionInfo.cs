using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client;

/// <summary>What the gateway said of the session in its greeting. Immutable.</summary>
public sealed class SessionInfo
{
    internal SessionInfo(string tenant, string user, JsonElement data, string? traceId)
    {
        Tenant = tenant;
        User = user;
        Session = data.TextOf("session") ?? string.Empty;
        Handle = (uint)data.NumberOf("handle", uint.MaxValue);
        MaxFrameBytes = (int)Math.Min(data.NumberOf("max_frame_bytes", int.MaxValue), int.MaxValue);
        if (MaxFrameBytes == 0)
            MaxFrameBytes = 65_536;
        ResumeWindow = TimeSpan.FromMilliseconds(data.Get("resume").NumberOf("window_ms", uint.MaxValue));
        TraceId = traceId;
    }

    /// <summary>The tenant.</summary>
    public string Tenant { get; }

    /// <summary>Who the ticket says this is.</summary>
    public string User { get; }

    /// <summary>The session's id.</summary>
    public string Session { get; }

    /// <summary>The session's number in the SENDER field of Hot frames.</summary>
    public uint Handle { get; }

    /// <summary>The longest message that the gateway takes, in bytes.</summary>
    public int MaxFrameBytes { get; }

    /// <summary>Whether the session survives a lost connection.</summary>
    public bool IsResumable => ResumeWindow > TimeSpan.Zero;

    /// <summary>How long the session waits for a client that has lost its connection; zero where it does not.</summary>
    public TimeSpan ResumeWindow { get; }

    /// <summary>What to tell the gateway's operator in a report.</summary>
    public string? TraceId { get; }
}
