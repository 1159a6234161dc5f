using WsPrism.Core.Dispatch;

namespace WsPrism.Core.Sessions;

/// <summary>A session's queues, of which there are few: one before the filters, one for each service that keeps order and had to. Owned by the shard's thread.</summary>
internal sealed class SessionQueues(Session session)
{
    private readonly List<SessionQueue> _queues = [];

    /// <summary>The queue of a service, or without one that of the filters; null where nothing ever waited there. A reload keeps it: services are told apart by name.</summary>
    public SessionQueue? Find(ExtRoute? route)
    {
        foreach (var queue in _queues)
        {
            if (queue.Route?.Service.Name == route?.Service.Name)
            {
                return queue;
            }
        }

        return null;
    }

    public SessionQueue Ensure(ExtRoute? route)
    {
        if (Find(route) is { } queue)
        {
            return queue;
        }

        queue = new SessionQueue(session, route);
        _queues.Add(queue);
        return queue;
    }
}
