
namespace WsPrism.Backend.Link;

/// <summary>A tenant's workers and the services that they serve. It lives as long as the program: a reload changes what its services say, not who is here. Safe for all threads.</summary>
internal sealed class TenantLink(string id, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private readonly Dictionary<string, LinkService> _services = new(StringComparer.Ordinal);
    private readonly List<LinkWorker> _workers = [];
    private HashSet<string> _configured = new(StringComparer.Ordinal);
    private long _workerCount;

    public string Id => id;

    public TimeProvider Time => time;

    /// <summary>Milliseconds since some beginning, the same for all of the tenant's workers.</summary>
    public long NowMs => (long)time.GetElapsedTime(_origin).TotalMilliseconds;

    public LinkCounts<LinkFrameFate> Frames { get; } = new();

    /// <summary>Publishes that were taken.</summary>
    public long Published;

    /// <summary>Mistakes of workers, publishes that were refused among them.</summary>
    public long Mistakes;

    /// <summary>The services that ever were configured, by name.</summary>
    public LinkService[] Services
    {
        get
        {
            lock (_gate)
            {
                return [.. _services.Values.OrderBy(service => service.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Workers connected.</summary>
    public LinkWorker[] Workers
    {
        get
        {
            lock (_gate)
            {
                return [.. _workers];
            }
        }
    }

    /// <summary>A number for a worker that did not give itself a name.</summary>
    public long NextWorker() => Interlocked.Increment(ref _workerCount);

    /// <summary>The service of this name, made where it does not exist.</summary>
    public LinkService Ensure(string name)
    {
        lock (_gate)
        {
            if (!_services.TryGetValue(name, out var service))
            {
                _services.Add(name, service = new LinkService(this, name));
            }

            return service;
        }
    }

    /// <summary>Says which services there are now.</summary>
    public void Configure(IEnumerable<string> names)
    {
        lock (_gate)
        {
            _configured = new HashSet<string>(names, StringComparer.Ordinal);
        }
    }

    /// <summary>The service of this name; null where the tenant has none.</summary>
    public LinkService? Find(string name)
    {
        lock (_gate)
        {
            return _configured.Contains(name) ? _services[name] : null;
        }
    }

    /// <summary>Takes a worker in; false where there are too many.</summary>
    public bool TryAdd(LinkWorker worker)
    {
        lock (_gate)
        {
            if (_workers.Count >= LinkLimits.MaxWorkers)
            {
                return false;
            }

            _workers.Add(worker);
            return true;
        }
    }

    public void Remove(LinkWorker worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker);
        }
    }
}
