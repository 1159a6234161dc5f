using WsPrism.Client.Ext;
using WsPrism.Client.Time;
using WsPrism.Protocol;

namespace WsPrism.Client.Connection;

// Envelopes as they come: the client's own affairs first, then whoever has asked for them. Runs on the receive loop and owns nothing.
internal sealed class Inbox
{
    private readonly ClientCore _core;

    public Inbox(ClientCore core) => _core = core;

    public void TakeText(ReadOnlySpan<byte> utf8, Pinger pinger, ref string? lastError)
    {
        if (EnvelopeParser.Parse(utf8) is not { } message)
        {
            _core.Malformed();
            return;
        }

        if (message.Svc == "sys")
        {
            TakeSystem(message, pinger, ref lastError);
            return;
        }

        _core.Session.Count();
        _core.Counters.Message();
        if (message is { Offset: { } offset, Room: { } room })
            _core.RoomBook.Saw(room, offset);

        _core.Subscriptions.Dispatch(message, _core.Failed);
    }

    public void TakeSystem(Message message, Pinger pinger, ref string? lastError)
    {
        switch (message.Type)
        {
            case "ack":
                if (Find(message) is { } acknowledged)
                    Acknowledge(acknowledged, message);
                break;

            case "error":
                var exception = WsPrismException.Of(message);
                if (message.HasId)
                    Refuse(message, exception);
                else
                    lastError = exception.Code;
                break;

            case "joined":
                if (_core.RoomBook.TryJoin(message.Room, message.Data))
                {
                    _core.HotInbox.Joined((uint)message.Data.NumberOf("handle", uint.MaxValue));
                    _core.Rooms.OnJoined(message.Room!, _core.Failed);
                }
                else
                {
                    _core.Malformed();
                }

                break;

            case "left":
                if (message.Room is { } room)
                    _core.Rooms.OnLeft(room, _core.Failed);
                break;

            case "pong":
                pinger.Answered(message.Data);
                break;

            case "budget":
                TakeBudget(message);
                break;

            case "expiring":
                _core.RenewTicket();
                break;

            case "kicked":
                lastError = message.Data.TextOf("reason");
                break;

            case "authed":
            case "resumed":
                // One greeting for each connection.
                _core.Malformed();
                break;
        }

        _core.Subscriptions.Dispatch(message, _core.Failed);
    }

    private PendingRequest? Find(Message message)
    {
        var request = message.Id is { } id ? _core.Requests.Take(id) : null;
        if (request is null)
            _core.Counters.UnknownId();

        return request;
    }

    private void Refuse(Message message, WsPrismException exception)
    {
        if (exception.ErrorCode == ErrorCode.RateLimited && message.Id is { } id && _core.Ext.TryRetry(id, exception.RetryAfter ?? TimeSpan.FromSeconds(1)))
            return;

        Find(message)?.Fail(exception);
    }

    private void Acknowledge(PendingRequest request, Message message)
    {
        try
        {
            request.Acknowledge(message.Data);
        }
        catch (Exception exception)
        {
            request.Fail(exception);
            _core.Failed(exception);
        }
    }

    private void TakeBudget(Message message)
    {
        var (rate, burst) = (message.Data.NumberOf("rps", 1UL << 40), message.Data.NumberOf("burst", 1UL << 40));
        if (rate == 0 || burst == 0)
            return;

        if (message.Data.TextOf("lane") == "hot")
        {
            _core.HotLane.Budget.Set(rate, burst);
            _core.HotLane.Continue();
        }
    }
}
