using WsPrism.Protocol;

namespace WsPrism.Core.Rooms.History;

/// <summary>Completes with what became of one publish, receivers counted. Safe for all threads.</summary>
internal sealed class PublishReceipt : IPublishWaiter
{
    // Continuations are the caller's: they must run neither on a shard nor where messages are stored.
    private readonly TaskCompletionSource<Published> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Published> Task => _done.Task;

    public bool CountsReceivers => true;

    public void Published(ErrorCode code, ulong offset, Task<int>? receivers)
    {
        if (receivers is null)
        {
            _done.SetResult(new Published(0, offset, code));
        }
        else
        {
            _ = CompleteAsync(offset, receivers);
        }
    }

    private async Task CompleteAsync(ulong offset, Task<int> receivers) => _done.SetResult(new Published(await receivers.ConfigureAwait(false), offset));
}
