using Microsoft.Extensions.Logging;
using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Protocol.Hot;
using WsPrism.Services;

namespace WsPrism.Core.Shards;

/// <summary>
/// The straight line: a whole message is decoded, judged, dispatched to its service and answered, in one synchronous call. One per shard, owned by its
/// thread. An accepted message allocates nothing here.
/// </summary>
internal sealed partial class MessageLine
{
    private readonly Shard _shard;
    private readonly ILogger _logger;
    private readonly ExtContext _extContext;
    private readonly HotContext _hotContext;

    public MessageLine(Shard shard, ILogger logger)
    {
        _shard = shard;
        _logger = logger;
        _extContext = new ExtContext(shard);
        _hotContext = new HotContext(shard);
    }

    /// <summary>Writes the <c>sys.*</c> envelopes.</summary>
    public SystemEnvelopes System { get; } = new();

    /// <summary>The Ext lane: envelope → policy → filters → service → answer.</summary>
    public void OnText(Session session, Span<byte> message)
    {
        var tenant = session.Tenant.Snapshot;
        session.TenantShard.Counters.CountIn(Lane.Ext, message.Length);
        var rate = session.Limiter.Take(Lane.Ext, tenant.Policy, _shard.Clock.NowNs);

        Span<byte> scratch = stackalloc byte[EnvelopeReader.ScratchLength];
        var error = EnvelopeReader.TryRead(message, scratch, out var envelope);

        var verdict = Judge(tenant.Policy, rate, error, envelope);
        if (!Admit(session, tenant.Policy, Lane.Ext, ref verdict))
        {
            RefuseExt(session, tenant.Policy, verdict, envelope, error);
        }
        else if (!AnswerAgain(session, envelope))
        {
            Dispatch(session, tenant, envelope);
        }
    }

    /// <summary>The Hot lane: frame → policy → service.</summary>
    public void OnBinary(Session session, ReadOnlySpan<byte> message)
    {
        var tenant = session.Tenant.Snapshot;
        session.TenantShard.Counters.CountIn(Lane.Hot, message.Length);
        var verdict = session.Limiter.Take(Lane.Hot, tenant.Policy, _shard.Clock.NowNs);
        if (!verdict.IsPass)
        {
            // PROTOCOL §3: over the rate a Hot frame is dropped and counted, never answered.
            verdict = verdict with { Decision = PolicyDecision.Drop };
            if (!Admit(session, tenant.Policy, Lane.Hot, ref verdict))
            {
                RecordViolation(session, tenant.Policy);
                return;
            }
        }

        var error = HotFrameReader.TryRead(message, HotDirection.FromClient, out var frame);
        verdict = error == ErrorCode.None
            ? tenant.Policy.AdmitHot(frame, session.ActiveRoom is not null)
            : PolicyVerdict.Reject(PolicyReason.Malformed, error);
        if (!Admit(session, tenant.Policy, Lane.Hot, ref verdict))
        {
            RefuseHot(session, tenant.Policy, verdict, frame);
            return;
        }

        Dispatch(session, tenant, frame);
    }

    /// <summary>The line's last part, for a message that its service had taken out: service → answer.</summary>
    public void Resume(DeferredMessage message, Action<IExtContext> act)
    {
        var session = message.Session;
        session.Deferred!.Remove(message);
        session.TenantShard.Counters.Deferred--;
        var queue = message.Route.KeepsOrder ? session.Queues!.Find(message.Route) : null;
        queue?.BeginTurn();
        try
        {
            if (!session.HasEnded)
            {
                _extContext.BeginAgain(message);
                Act(session, message.Route.Service, message.Route.Service.Name, act);
                Conclude(session, message.Route, message.Id, message.StartedNs);
            }
            else
            {
                message.Commit?.Park(default, null);
            }
        }
        finally
        {
            queue?.EndTurn();
        }
    }

    /// <summary>The line's later part, for a message that a filter had taken out: what is left of the filters → service → answer.</summary>
    public void ResumeFilter(HeldMessage message, Action<IExtContext> act)
    {
        var session = message.Session;
        session.Deferred!.Remove(message);
        session.TenantShard.Counters.Deferred--;
        var queue = session.Queues!.Find(route: null)!;
        queue.BeginTurn();
        try
        {
            if (!session.HasEnded)
            {
                var filter = message.Tenant.Filters[message.Filter];
                _extContext.BeginFilterAgain(message);
                Act(session, filter.Filter, filter.Filter.Name, act);
                session.TenantShard.Counters.RecordService(filter.MetricIndex, _shard.Clock.Measure() - message.StartedNs);
                var envelope = message.Envelope;
                if (PassesFilter(session, message.Tenant, ref envelope))
                {
                    Filter(session, message.Tenant, message.Route, envelope, message.Filter + 1);
                }
            }
        }
        finally
        {
            queue.EndTurn();
        }
    }

    /// <summary>The line's later part, for a message whose turn it is: filters → service → answer, or from the service on.</summary>
    public void GoOn(HeldMessage message, SessionQueue queue)
    {
        var session = message.Session;
        var tenant = session.Tenant.Snapshot;
        var envelope = message.Envelope;
        if (!TryFindRoute(session, tenant, envelope, out var route))
        {
            return;
        }

        if (queue.Route is null)
        {
            Filter(session, tenant, route, envelope, from: 0);
        }
        else
        {
            Serve(session, route, envelope);
        }
    }

    /// <summary>Refuses a Hot frame for a reason that another shard has found, when it was through here already.</summary>
    public void RefuseLate(Session session, ErrorCode code, string text)
    {
        if (!session.HasEnded)
        {
            session.TenantShard.Counters.CountDecision(Lane.Hot, shadow: false, PolicyDecision.Reject, PolicyReason.Service);
            TellHotError(session, session.Tenant.Snapshot.Policy, code, text, default);
        }
    }

    // The answer, at once, or when everything is stored that the message has made its service publish.
    private void Conclude(Session session, ExtRoute route, in EnvelopeId id, long startedNs)
    {
        if (_extContext.Commit is not { } commit)
        {
            session.TenantShard.Counters.RecordService(route.MetricIndex, _shard.Clock.Measure() - startedNs);
            Answer(session, id, PolicyReason.Service);
            return;
        }

        if (route.KeepsOrder)
        {
            (session.Queues ??= new SessionQueues(session)).Ensure(route).GoOut();
        }

        commit.Message.KeepId(id);
        commit.Park(_extContext.Failure, _extContext.HasAnswer ? _extContext.AnswerData.ToArray() : null);
    }

    private static PolicyVerdict Judge(PolicySnapshot policy, in PolicyVerdict rate, ErrorCode error, in Envelope envelope)
    {
        if (!rate.IsPass && !(error == ErrorCode.None && PolicySnapshot.IsExemptFromRate(envelope.Svc, envelope.Type)))
        {
            return rate;
        }

        return error switch
        {
            ErrorCode.None => policy.AdmitExt(envelope.Svc, envelope.Type),
            ErrorCode.UnsupportedVersion => PolicyVerdict.Reject(PolicyReason.UnsupportedVersion, error),
            _ => PolicyVerdict.Reject(PolicyReason.Malformed, error),
        };
    }

    // Counts the verdict and says whether the message goes on. In shadow mode it does whatever the policy says, but for what cannot be understood.
    private bool Admit(Session session, PolicySnapshot policy, Lane lane, ref PolicyVerdict verdict)
    {
        var shadow = policy.IsShadow && !verdict.IsPass && verdict.Reason is not (PolicyReason.Malformed or PolicyReason.UnsupportedVersion);
        session.TenantShard.Counters.CountDecision(lane, shadow, verdict.Decision, verdict.Reason);
        if (!verdict.IsPass)
        {
            Log.Refused(_logger, session.Tenant.Id, session.SessionId, session.TraceId, lane, verdict.Decision, verdict.Reason, shadow);
        }

        return verdict.IsPass || shadow;
    }

    private void RefuseExt(Session session, PolicySnapshot policy, in PolicyVerdict verdict, in Envelope envelope, ErrorCode error)
    {
        if (verdict.Code != ErrorCode.RateLimited || envelope.Id.IsPresent || session.MayTellRateLimit())
        {
            session.Enqueue(System.Error(session, verdict.Code, Texts.For(verdict, error), verdict.RetryAfterMs, envelope.Id.RawToken));
        }

        RecordViolation(session, policy);
    }

    private void RefuseHot(Session session, PolicySnapshot policy, in PolicyVerdict verdict, in HotFrame frame)
    {
        TellHotError(session, policy, verdict.Code, Texts.For(verdict, verdict.Code), frame);
        RecordViolation(session, policy);
    }

    private void TellHotError(Session session, PolicySnapshot policy, ErrorCode code, string text, in HotFrame frame)
    {
        if (policy.Config.HotErrorMode == Configuration.HotErrorMode.SysError)
        {
            session.Enqueue(System.Error(session, code, text, 0, default));
        }
    }

    private void RecordViolation(Session session, PolicySnapshot policy)
    {
        if (session.RecordViolation(policy) && !policy.IsShadow)
        {
            session.End(EndReason.Violations);
        }
    }

    private bool AnswerAgain(Session session, in Envelope envelope)
    {
        if (!envelope.Id.IsPresent)
        {
            return false;
        }

        if (session.Deferred?.Contains(envelope.Id) == true)
        {
            // Its answer is still to come, and will be one for both.
            session.TenantShard.Counters.CountDecision(Lane.Ext, shadow: false, PolicyDecision.Drop, PolicyReason.Repeated);
            return true;
        }

        if (session.Answered is null || !session.Answered.TryFind(envelope.Id, out var answer))
        {
            return false;
        }

        session.TenantShard.Counters.CountDecision(Lane.Ext, shadow: false, PolicyDecision.Drop, PolicyReason.Repeated);
        session.Enqueue(answer.Code == ErrorCode.None
            ? System.Ack(envelope.Id.RawToken, answer.Data)
            : System.Error(session, answer.Code, answer.Text!, 0, envelope.Id.RawToken));
        return true;
    }

    private void Dispatch(Session session, TenantSnapshot tenant, in Envelope envelope)
    {
        if (!TryFindRoute(session, tenant, envelope, out var route))
        {
            return;
        }

        if (route.IsSystem)
        {
            // Pings and tickets are between the client and the gateway.
            Serve(session, route, envelope);
        }
        else if (session.Queues?.Find(route: null) is { IsBusy: true } queue)
        {
            Hold(session, tenant, route, envelope, queue);
        }
        else
        {
            Filter(session, tenant, route, envelope, from: 0);
        }
    }

    private bool TryFindRoute(Session session, TenantSnapshot tenant, in Envelope envelope, out ExtRoute route)
    {
        if (tenant.Routes.TryFindExt(envelope.Svc, out route))
        {
            return true;
        }

        var verdict = PolicyVerdict.Reject(PolicyReason.UnknownService, ErrorCode.UnknownService);
        session.TenantShard.Counters.CountDecision(Lane.Ext, shadow: false, verdict.Decision, verdict.Reason);
        RefuseExt(session, tenant.Policy, verdict, envelope, ErrorCode.UnknownService);
        return false;
    }

    // Behind others that are out, or in line behind those.
    private void Hold(Session session, TenantSnapshot tenant, ExtRoute route, in Envelope envelope, SessionQueue queue)
    {
        if (!queue.TryHold(envelope, route, tenant))
        {
            _extContext.Begin(session, route, startedNs: 0);
            _extContext.Fail(ErrorCode.ResourceExhausted, Texts.TooManyWait);
            Answer(session, envelope.Id, PolicyReason.Service);
        }
    }

    private void Filter(Session session, TenantSnapshot tenant, ExtRoute route, Envelope envelope, int from)
    {
        for (var i = from; i < tenant.Filters.Length; i++)
        {
            var filter = tenant.Filters[i];
            var started = _shard.Clock.Measure();
            _extContext.BeginFilter(session, route, started, tenant, i);
            try
            {
                filter.Filter.OnMessage(envelope, _extContext);
            }
            catch (Exception exception)
            {
                FailService(session, filter.Filter, filter.Filter.Name, exception);
                _extContext.AbandonDeferred();
            }

            if (_extContext.Deferred is HeldMessage held)
            {
                held.Keep(envelope);
                (session.Queues ??= new SessionQueues(session)).Ensure(route: null).GoOut();
                return;
            }

            session.TenantShard.Counters.RecordService(filter.MetricIndex, _shard.Clock.Measure() - started);
            if (!PassesFilter(session, tenant, ref envelope))
            {
                return;
            }
        }

        if (route.KeepsOrder && session.Queues?.Find(route) is { IsBusy: true } queue)
        {
            Hold(session, tenant, route, envelope, queue);
        }
        else
        {
            Serve(session, route, envelope);
        }
    }

    // What a filter has said is in the context.
    private bool PassesFilter(Session session, TenantSnapshot tenant, ref Envelope envelope)
    {
        if (session.HasEnded)
        {
            return false;
        }

        if (_extContext.Failure.Code != ErrorCode.None || _extContext.HasAnswer)
        {
            Answer(session, envelope.Id, PolicyReason.Filter);
            return false;
        }

        if (_extContext.Change is not { } change)
        {
            return true;
        }

        envelope = change.Apply(envelope);
        var verdict = tenant.Policy.AdmitExt(envelope.Svc, envelope.Type);
        if (verdict.IsPass || Admit(session, tenant.Policy, Lane.Ext, ref verdict))
        {
            return true;
        }

        // The filter's doing: no violation of the client's.
        session.Enqueue(System.Error(session, verdict.Code, Texts.For(verdict, verdict.Code), 0, envelope.Id.RawToken));
        return false;
    }

    private void Serve(Session session, ExtRoute route, in Envelope envelope)
    {
        var started = _shard.Clock.Measure();
        _extContext.Begin(session, route, started);
        try
        {
            route.Service.OnMessage(
                new ExtMessage { Type = envelope.Type, Room = envelope.Room, Data = envelope.Data, Id = envelope.Id.RawToken }, _extContext);
        }
        catch (Exception exception)
        {
            FailService(session, route.Service, route.Service.Name, exception);
            _extContext.AbandonDeferred();
        }

        if (_extContext.Deferred is { } deferred)
        {
            deferred.Commit = _extContext.Commit;
            deferred.KeepId(envelope.Id);
            if (route.KeepsOrder)
            {
                (session.Queues ??= new SessionQueues(session)).Ensure(route).GoOut();
            }

            return;
        }

        Conclude(session, route, envelope.Id, started);
    }

    private void Act(Session session, object service, string name, Action<IExtContext> act)
    {
        try
        {
            act(_extContext);
            (service as IFaultListener)?.OnResumed();
        }
        catch (Exception exception)
        {
            FailService(session, service, name, exception);
        }
    }

    private void FailService(Session session, object service, string name, Exception exception)
    {
        TellFault(session, service, name, exception);
        _extContext.Fail(ErrorCode.Internal, Texts.Internal);
    }

    private void TellFault(Session session, object service, string name, Exception exception)
    {
        if (service is IFaultListener listener)
        {
            listener.OnFault(exception, session);
        }
        else
        {
            Log.ServiceFailed(_logger, exception, name, session.Tenant.Id, session.SessionId, session.TraceId);
        }
    }

    private void Answer(Session session, in EnvelopeId id, PolicyReason refusal)
    {
        var (code, text) = _extContext.Failure;
        if (code != ErrorCode.None)
        {
            session.TenantShard.Counters.CountDecision(Lane.Ext, shadow: false, PolicyDecision.Reject, refusal);
            session.Enqueue(System.Error(session, code, text, 0, id.RawToken));
        }
        else if (id.IsPresent || _extContext.HasAnswer)
        {
            session.Enqueue(System.Ack(id.RawToken, _extContext.AnswerData));
        }

        // What was refused was not acted on and may be tried again under the same id. A fault may have been acted on in part, and what took too long in
        // full: never again.
        if (id.IsPresent && code is ErrorCode.None or ErrorCode.Internal or ErrorCode.Timeout)
        {
            (session.Answered ??= new AnsweredIds()).Remember(id, code, text, _extContext.AnswerData);
        }
    }

    private void Dispatch(Session session, TenantSnapshot tenant, in HotFrame frame)
    {
        var hasRoom = (frame.Flags & HotFlags.Room) != 0;
        var room = hasRoom ? session.Rooms.Find(frame.Room)?.Room : session.ActiveRoom;
        var route = tenant.Routes.FindHot(frame.SvcId);
        if ((hasRoom && room is null) || route is null)
        {
            var verdict = route is null
                ? PolicyVerdict.Reject(PolicyReason.UnknownService, ErrorCode.UnknownService)
                : PolicyVerdict.Reject(PolicyReason.NotInRoom, ErrorCode.NotInRoom);
            session.TenantShard.Counters.CountDecision(Lane.Hot, shadow: false, verdict.Decision, verdict.Reason);
            RefuseHot(session, tenant.Policy, verdict, frame);
            return;
        }

        if ((frame.Flags & HotFlags.Seq) != 0 && !(session.Sequences ??= new SequenceFilter()).TryAccept(frame))
        {
            session.TenantShard.Counters.CountDecision(Lane.Hot, shadow: false, PolicyDecision.Drop, PolicyReason.StaleSequence);
            return;
        }

        var started = _shard.Clock.Measure();
        _hotContext.Begin(session, room);
        try
        {
            route.Service.OnFrame(frame, _hotContext);
        }
        catch (Exception exception)
        {
            TellFault(session, route.Service, route.Service.Name, exception);
            _hotContext.Fail(ErrorCode.Internal, Texts.Internal);
        }

        session.TenantShard.Counters.RecordService(route.MetricIndex, _shard.Clock.Measure() - started);
        var (code, text) = _hotContext.Failure;
        if (code != ErrorCode.None)
        {
            session.TenantShard.Counters.CountDecision(Lane.Hot, shadow: false, PolicyDecision.Reject, PolicyReason.Service);
            TellHotError(session, tenant.Policy, code, text, frame);
        }
        else if ((frame.Flags & HotFlags.Ack) != 0)
        {
            session.Enqueue(HotFrames.Encode(
                new HotFrame { SvcId = frame.SvcId, Opcode = frame.Opcode, Flags = frame.Flags & (HotFlags.Ack | HotFlags.Seq), Seq = frame.Seq },
                ConflationKey.ForAcknowledgement(frame)));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Refused: tenant={Tenant} session={Session} trace_id={TraceId} lane={Lane} decision={Decision} reason={Reason} shadow={Shadow}")]
        public static partial void Refused(
            ILogger logger, string tenant, string session, string traceId, Lane lane, PolicyDecision decision, PolicyReason reason, bool shadow);

        [LoggerMessage(2, LogLevel.Error, "Service {Service} failed on a message: tenant={Tenant} session={Session} trace_id={TraceId}")]
        public static partial void ServiceFailed(ILogger logger, Exception exception, string service, string tenant, string session, string traceId);
    }
}
