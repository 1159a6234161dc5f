using WsPrism.Protocol;

namespace WsPrism.Client.Connection;

// Sends what the queue has, one message after the other. One for each connection; its loop is the only one that sends.
internal sealed class SendPump
{
    private readonly ITransport _transport;
    private readonly OutboundQueue _queue;
    private readonly Action _idle;
    private volatile bool _isStopped;
    private volatile bool _isClosing;

    public SendPump(ITransport transport, OutboundQueue queue, Action idle)
    {
        _transport = transport;
        _queue = queue;
        _idle = idle;
    }

    public async Task RunAsync()
    {
        try
        {
            while (!_isStopped)
            {
                while (!_isStopped && _queue.TryNext(out var bytes, out var isText, out var isMoreSure))
                    await _transport.SendAsync(bytes, isText, isMoreSure).ConfigureAwait(false);

                _idle();
                if (_isClosing)
                {
                    await _transport.CloseAsync(CloseCode.Normal, string.Empty).ConfigureAwait(false);
                    return;
                }

                await _queue.WaitAsync().ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The connection is broken: who receives learns why.
            _transport.Abort();
        }
    }

    /// <summary>Sends what waits, then the close frame, then nothing.</summary>
    public void Close()
    {
        _isClosing = true;
        _queue.Wake();
    }

    public void Stop()
    {
        _isStopped = true;
        _queue.Wake();
    }
}
