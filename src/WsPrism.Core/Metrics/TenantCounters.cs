using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Protocol;

namespace WsPrism.Core.Metrics;

/// <summary>What one shard counts for one tenant. Plain numbers: written by the shard's thread alone, read by any when metrics are scraped.</summary>
internal sealed class TenantCounters
{
    private const int Lanes = 2;
    private const int Decisions = 4;

    private static readonly int Reasons = PolicyReasons.Names.Length;

    private readonly long[] _messagesIn = new long[Lanes];
    private readonly long[] _bytesIn = new long[Lanes];
    private readonly long[] _decisions = new long[Lanes * 2 * Decisions * Reasons];
    private readonly long[] _ended = new long[EndReasons.Count];
    private readonly long[] _resumes = new long[ResumeFailures.Count];
    private LatencyHistogram?[] _services = [];
    private long _sessions;
    private long _detached;
    private long _replayed;
    private long _deferred;
    private long _presenceEnvelopes;
    private long _presenceTold;
    private long _presenceCoalesced;

    /// <summary>Sessions open on this shard.</summary>
    public long Sessions
    {
        get => Volatile.Read(ref _sessions);
        set => Volatile.Write(ref _sessions, value);
    }

    /// <summary>Those of them without a connection.</summary>
    public long Detached
    {
        get => Volatile.Read(ref _detached);
        set => Volatile.Write(ref _detached, value);
    }

    /// <summary>Envelopes that resumed sessions were to be sent before anything new.</summary>
    public long Replayed
    {
        get => Volatile.Read(ref _replayed);
        set => Volatile.Write(ref _replayed, value);
    }

    /// <summary>Messages of sessions on this shard that wait for their service.</summary>
    public long Deferred
    {
        get => Volatile.Read(ref _deferred);
        set => Volatile.Write(ref _deferred, value);
    }

    /// <summary>Presence envelopes published by this shard.</summary>
    public long PresenceEnvelopes
    {
        get => Volatile.Read(ref _presenceEnvelopes);
        set => Volatile.Write(ref _presenceEnvelopes, value);
    }

    /// <summary>Users that these envelopes told of.</summary>
    public long PresenceTold
    {
        get => Volatile.Read(ref _presenceTold);
        set => Volatile.Write(ref _presenceTold, value);
    }

    /// <summary>Changes that they did not tell of, because later ones made up for them.</summary>
    public long PresenceCoalesced
    {
        get => Volatile.Read(ref _presenceCoalesced);
        set => Volatile.Write(ref _presenceCoalesced, value);
    }

    public long MessagesIn(Lane lane) => Volatile.Read(ref _messagesIn[(int)lane]);

    public long BytesIn(Lane lane) => Volatile.Read(ref _bytesIn[(int)lane]);

    public long Ended(EndReason reason) => Volatile.Read(ref _ended[(int)reason]);

    /// <summary>Attempts to resume, by how they ended.</summary>
    public long Resumes(ResumeFailure outcome) => Volatile.Read(ref _resumes[(int)outcome]);

    public long Decided(Lane lane, bool shadow, PolicyDecision decision, PolicyReason reason) =>
        Volatile.Read(ref _decisions[DecisionIndex(lane, shadow, decision, reason)]);

    /// <summary>Times of a service's calls; null where it has not been called here.</summary>
    public LatencyHistogram? Service(int index)
    {
        var services = Volatile.Read(ref _services);
        return index < services.Length ? services[index] : null;
    }

    public void CountIn(Lane lane, int bytes)
    {
        _messagesIn[(int)lane]++;
        _bytesIn[(int)lane] += bytes;
    }

    public void CountDecision(Lane lane, bool shadow, PolicyDecision decision, PolicyReason reason) =>
        _decisions[DecisionIndex(lane, shadow, decision, reason)]++;

    public void CountEnd(EndReason reason) => _ended[(int)reason]++;

    public void CountResume(ResumeFailure outcome) => _resumes[(int)outcome]++;

    public void RecordService(int index, long ns)
    {
        if (index >= _services.Length)
        {
            var larger = _services;
            Array.Resize(ref larger, index + 1);
            Volatile.Write(ref _services, larger);
        }

        (_services[index] ??= new LatencyHistogram()).Record(ns);
    }

    private static int DecisionIndex(Lane lane, bool shadow, PolicyDecision decision, PolicyReason reason) =>
        ((((((int)lane * 2) + (shadow ? 1 : 0)) * Decisions) + (int)decision) * Reasons) + (int)reason;
}
