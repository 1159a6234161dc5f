using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace WsPrism.Transports.EventLoops;

/// <summary>Kestrel's transport for plain TCP endpoints: the loops accept and read, Kestrel speaks HTTP until a session takes the socket over.</summary>
internal sealed class LoopListenerFactory : IConnectionListenerFactory
{
    private readonly IReadOnlyList<EventLoop> _loops;
    private readonly ILogger _logger;

    public LoopListenerFactory(IReadOnlyList<EventLoop> loops, ILogger logger)
    {
        _loops = loops;
        _logger = logger;
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new LoopListener((IPEndPoint)endpoint, _loops, _logger);
        listener.Start();
        return ValueTask.FromResult<IConnectionListener>(listener);
    }
}
