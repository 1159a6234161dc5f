
namespace WsPrism.Client.Ext;

// Requests by id. Under the lock; callbacks of requests are called without it.
internal sealed class PendingRequests
{
    // The gateway remembers so many ids of a session: one that is older would happen again if it were sent again.
    private const int RememberedIds = 1024;

    private readonly object _gate = new();
    private readonly SortedDictionary<long, PendingRequest> _requests = [];
    private readonly int _most;
    private readonly int _mostBytes;
    private long _bytes;
    private long _lastId;
    private bool _isClosed;

    public PendingRequests(int most, int mostBytes)
    {
        _most = Math.Clamp(most, 1, 1000);
        _mostBytes = mostBytes;
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _requests.Count;
        }
    }

    /// <summary>A request under the next id; null where too many wait.</summary>
    public PendingRequest? TryAdd(Func<long, PendingRequest> make, bool isBounded)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new WsPrismException(ClientErrorCodes.Closed, "The client is closed.");

            if (isBounded && _requests.Count >= _most)
                return null;

            var request = make(_lastId + 1);
            if (isBounded && _bytes > 0 && _bytes + request.Outgoing.Bytes.Length > _mostBytes)
                return null;

            _lastId++;
            Add(request);
            return request;
        }
    }

    public PendingRequest? Take(long id)
    {
        lock (_gate)
            return _requests.TryGetValue(id, out var request) && Remove(request) ? request : null;
    }

    /// <summary>A request that waits on.</summary>
    public PendingRequest? Find(long id)
    {
        lock (_gate)
            return _requests.GetValueOrDefault(id);
    }

    /// <summary>Fails what is longer than this session takes.</summary>
    public void FailLonger(int bytes)
    {
        PendingRequest[] longer;
        lock (_gate)
        {
            longer = [.. _requests.Values.Where(request => request.Outgoing.Bytes.Length > bytes)];
            foreach (var request in longer)
                Remove(request);
        }

        foreach (var request in longer)
            request.Fail(new WsPrismException(ClientErrorCodes.FrameTooLarge, "The envelope is longer than the gateway takes."));
    }

    /// <summary>After a resume: all that may have arrived, to be sent again under the same ids. What is too old for that is failed.</summary>
    public List<ExtMessage> TakeUp() => Sort(request => request.Id > _lastId - RememberedIds, _ => false);

    /// <summary>
    /// In a new session: what may happen twice, to be sent again. The rest of what may have arrived is failed, and so is what the client itself had to say, for it says it anew.
    /// </summary>
    public List<ExtMessage> StartOver() => Sort(request => request.Repeatable, request => request.Outgoing.GoesFirst);

    public void Close(Func<Exception> why)
    {
        PendingRequest[] all;
        lock (_gate)
        {
            _isClosed = true;
            all = [.. _requests.Values];
            _requests.Clear();
            _bytes = 0;
        }

        foreach (var request in all)
            request.Fail(why());
    }

    private void Add(PendingRequest request)
    {
        _requests.Add(request.Id, request);
        _bytes += request.Outgoing.Bytes.Length;
    }

    private bool Remove(PendingRequest request)
    {
        _bytes -= request.Outgoing.Bytes.Length;
        return _requests.Remove(request.Id);
    }

    // What has not left yet is in the queue still and needs nothing.
    private List<ExtMessage> Sort(Func<PendingRequest, bool> mayGoAgain, Func<PendingRequest, bool> isOver)
    {
        var again = new List<ExtMessage>();
        var lost = new List<PendingRequest>();
        lock (_gate)
        {
            foreach (var request in _requests.Values)
            {
                if (isOver(request))
                    lost.Add(request);
                else if (!request.Outgoing.IsHandedOver)
                    continue;
                else if (mayGoAgain(request))
                    again.Add(request.Outgoing);
                else
                    lost.Add(request);
            }

            foreach (var request in lost)
                Remove(request);
        }

        foreach (var request in lost)
            request.Fail(new WsPrismException(ClientErrorCodes.SessionLost, "The session was lost before the answer came; it may have been acted on or not."));
        return again;
    }
}
