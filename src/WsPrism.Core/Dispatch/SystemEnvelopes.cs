using System.Text.Json;
using WsPrism.Core.Delivery;
using WsPrism.Core.Policies;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Dispatch;

/// <summary>Writes the <c>sys.*</c> envelopes of PROTOCOL §3. One per shard, owned by its thread.</summary>
internal sealed class SystemEnvelopes
{
    private readonly JsonScratch _scratch = new();

    /// <param name="session">The session that begins.</param>
    /// <param name="resumeToken">With what it can be resumed; null where it cannot.</param>
    /// <param name="resumeFailure">Why it is not the session that the client wanted back.</param>
    public OutboundFrame Authed(Session session, string? resumeToken, ResumeFailure resumeFailure)
    {
        var json = BeginObject();
        json.WriteString("tenant"u8, session.Tenant.Id);
        json.WriteString("user"u8, session.UserUtf8);
        json.WriteString("session"u8, session.SessionId);
        json.WriteNumber("handle"u8, session.Handle);
        WriteTerms(session, resumeToken);
        if (resumeFailure != ResumeFailure.None)
        {
            json.WriteString("resume_failed"u8, resumeFailure.Name());
        }

        return End("authed"u8, traceId: session.TraceId);
    }

    /// <summary>The first frame of a connection that carries on with a session.</summary>
    public OutboundFrame Resumed(Session session, string? resumeToken, long position, long replayed)
    {
        var json = BeginObject();
        json.WriteString("session"u8, session.SessionId);
        json.WriteNumber("position"u8, position);
        json.WriteNumber("replayed"u8, replayed);
        json.WriteNumber("handle"u8, session.Handle);
        WriteTerms(session, resumeToken);
        return End("resumed"u8, traceId: session.TraceId);
    }

    public OutboundFrame Budget(ReadOnlySpan<byte> lane, RateLimit limit)
    {
        var json = BeginObject();
        json.WriteString("lane"u8, lane);
        json.WriteNumber("rps"u8, limit.Rps);
        json.WriteNumber("burst"u8, limit.Burst);
        return End("budget"u8);
    }

    public OutboundFrame Error(Session session, ErrorCode code, string text, int retryAfterMs, ReadOnlySpan<byte> idToken)
    {
        var json = BeginObject();
        json.WriteString("code"u8, code.Utf8());
        json.WriteString("msg"u8, text);
        if (retryAfterMs > 0)
        {
            json.WriteNumber("retry_after_ms"u8, retryAfterMs);
        }

        return End("error"u8, idToken: idToken, traceId: session.TraceId);
    }

    public OutboundFrame Ack(ReadOnlySpan<byte> idToken, ReadOnlySpan<byte> data) =>
        EnvelopeFrames.Encode(DeliveryClass.Control, new OutboundEnvelope { Svc = "sys"u8, Type = "ack"u8, IdToken = idToken, Data = data });

    public OutboundFrame Joined(Room room, int users, in RoomReplay replay)
    {
        var json = BeginObject();
        json.WriteNumber("handle"u8, room.Handle);
        json.WriteNumber("members"u8, users);
        HistoryJson.WriteStand(replay, json);
        return End("joined"u8, room.NameUtf8);
    }

    public OutboundFrame Left(Room room)
    {
        BeginObject();
        return End("left"u8, room.NameUtf8);
    }

    public OutboundFrame Kicked(string reason)
    {
        BeginObject().WriteString("reason"u8, reason);
        return End("kicked"u8);
    }

    public OutboundFrame Draining(int graceMs)
    {
        BeginObject().WriteNumber("grace_ms"u8, graceMs);
        return End("draining"u8);
    }

    public OutboundFrame Lagging(int dropped)
    {
        var json = BeginObject();
        json.WriteNumber("dropped"u8, dropped);
        json.WriteString("lane"u8, "ext"u8);
        return End("lagging"u8);
    }

    public OutboundFrame Expiring(long inMs)
    {
        BeginObject().WriteNumber("in_ms"u8, inMs);
        return End("expiring"u8);
    }

    private void WriteTerms(Session session, string? resumeToken)
    {
        var (json, config, timings) = (_scratch.Json, session.Tenant.Snapshot.Config, session.Shard.Timings);
        if (resumeToken is not null)
        {
            json.WriteStartObject("resume"u8);
            json.WriteString("token"u8, resumeToken);
            json.WriteNumber("window_ms"u8, config.Resume.WindowMs);
            json.WriteEndObject();
        }

        json.WriteNumber("ping_interval_ms"u8, timings.PingIntervalMs);
        json.WriteNumber("idle_timeout_ms"u8, timings.IdleTimeoutMs);
        json.WriteNumber("max_frame_bytes"u8, config.Limits.MaxFrameBytes);
        json.WriteNumber("server_time_ms"u8, session.Shard.Clock.UnixTimeMs);
    }

    private Utf8JsonWriter BeginObject()
    {
        var json = _scratch.Begin();
        json.WriteStartObject();
        return json;
    }

    private OutboundFrame End(
        ReadOnlySpan<byte> type, ReadOnlySpan<byte> room = default, ReadOnlySpan<byte> idToken = default, string? traceId = null)
    {
        _scratch.Json.WriteEndObject();
        Span<byte> trace = stackalloc byte[traceId?.Length ?? 0];
        System.Text.Encoding.ASCII.GetBytes(traceId, trace);
        return EnvelopeFrames.Encode(
            DeliveryClass.Control,
            new OutboundEnvelope { Svc = "sys"u8, Type = type, Room = room, IdToken = idToken, Data = _scratch.Written, TraceId = trace });
    }
}
