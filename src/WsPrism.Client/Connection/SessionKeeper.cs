using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Connection;

// What is needed to come back to a session: the latest token, and how many envelopes have come. Owned by the client's loop.
internal sealed class SessionKeeper
{
    private string? _token;
    private string? _lost;
    private long _position;

    public SessionInfo? Info { get; private set; }

    /// <summary>What to ask for when connecting again; null where there is nothing to come back to.</summary>
    public ResumePoint? Point => _token is null ? null : new ResumePoint(_token, _position);

    /// <summary>An envelope that counts has come.</summary>
    public void Count() => _position++;

    /// <summary>A new session. Answers why the one before could not be had; null for the first.</summary>
    public string? Begin(Message authed)
    {
        var failure = Info is null ? null : authed.Data.TextOf("resume_failed") ?? _lost ?? "unavailable";
        _lost = null;
        Info = new SessionInfo(authed.Data.TextOf("tenant") ?? string.Empty, authed.Data.TextOf("user") ?? string.Empty, authed.Data, authed.TraceId);
        _position = 0;
        TakeToken(authed.Data);
        return failure;
    }

    /// <summary>The session goes on; false where the gateway speaks of another one, or of another place in it.</summary>
    public bool TryGoOn(Message resumed, ResumePoint? asked)
    {
        if (Info is null || asked is null || resumed.Data.TextOf("session") != Info.Session || resumed.Data.NumberOf("position") != (ulong)_position)
            return false;

        Info = new SessionInfo(Info.Tenant, Info.User, resumed.Data, resumed.TraceId);
        TakeToken(resumed.Data);
        return true;
    }

    /// <summary>Whatever is at the other end, it keeps no session of ours.</summary>
    public void Forget() => (_token, _lost) = (null, "protocol");

    /// <summary>Whether a greeting is one.</summary>
    public static bool IsGreeting(Message message) => message.Data.TextOf("session") is { Length: > 0 } && message.Data.NumberOf("handle") is <= uint.MaxValue;

    private void TakeToken(JsonElement data) => _token = data.Get("resume").TextOf("token");
}
