using WsPrism.Core.Rooms.History;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// A message whose publishes are being stored, with the answer that its client gets when all of them are. The first that cannot be stored is what the client is told
/// instead. The service's thread adds to it, the writer's takes away; whoever is last resumes the message.
/// </summary>
internal sealed class CommitWait(DeferredMessage message) : IPublishWaiter
{
    // One for the service itself.
    private int _outstanding = 1;
    private int _refusal;
    private (ErrorCode Code, string Text) _failure;
    private byte[]? _answer;

    public DeferredMessage Message => message;

    public bool CountsReceivers => false;

    /// <summary>One more publish is about to be stored.</summary>
    public void Expect() => Interlocked.Increment(ref _outstanding);

    public void Published(ErrorCode code, ulong offset, Task<int>? receivers)
    {
        if (code != ErrorCode.None)
        {
            Interlocked.CompareExchange(ref _refusal, (int)code, (int)ErrorCode.None);
        }

        Settle();
    }

    /// <summary>The service is done, and says this.</summary>
    public void Park((ErrorCode Code, string Text) failure, byte[]? answer)
    {
        _failure = failure;
        _answer = answer;
        Settle();
    }

    private void Settle()
    {
        if (Interlocked.Decrement(ref _outstanding) == 0)
        {
            message.Resume(Conclude);
        }
    }

    private void Conclude(IExtContext context)
    {
        if (_failure.Code != ErrorCode.None)
        {
            context.Fail(_failure.Code, _failure.Text);
        }
        else if ((ErrorCode)_refusal is not ErrorCode.None and var refusal)
        {
            context.Fail(refusal, PublishVerdicts.Text(refusal));
        }
        else if (_answer is not null)
        {
            context.BeginData().WriteRawValue(_answer, skipInputValidation: true);
            context.Answer();
        }
    }
}
