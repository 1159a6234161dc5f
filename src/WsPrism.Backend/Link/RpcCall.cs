using WsPrism.Core.Delivery;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Backend.Link;

/// <summary>
/// A message of a client on its way to a worker and back. It belongs to the strand of the worker that it waits at; on its way from one worker to the next, to the
/// lock of its service.
/// </summary>
internal sealed class RpcCall(LinkService service, IDeferredMessage message, OutboundFrame body, ulong key, int idLength, long dueMs)
{
    private OutboundFrame? _body = body;

    public LinkService Service => service;

    /// <summary>What chooses its worker: the room's hash, or the session's.</summary>
    public ulong Key => key;

    /// <summary>The length of the client's <c>id</c>, which stands beside the answer.</summary>
    public int IdLength => idLength;

    /// <summary>When it is answered TIMEOUT, on the clock of the links.</summary>
    public long DueMs => dueMs;

    /// <summary>The request without its beginning, which has the number that it gets when it is written.</summary>
    public ReadOnlySpan<byte> Body => _body!.Payload;

    public int Length { get; } = body.Length;

    /// <summary>True from the moment when its client is answered: a worker's answer means nothing any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Its bytes are not needed any more.</summary>
    public void DropBody()
    {
        _body?.Release();
        _body = null;
    }

    /// <summary>Answers the client.</summary>
    public void Answer(Action<IExtContext> act)
    {
        IsOver = true;
        DropBody();
        message.Resume(act);
    }

    /// <summary>Refuses it to the client.</summary>
    public void Fail(ErrorCode code, string text) => Answer(context => context.Fail(code, text));
}
