using WsPrism.Core.Sessions;

namespace WsPrism.Core.Dispatch;

/// <summary>A service that writes the line about its own failures and keeps account of them. On the shard's thread.</summary>
internal interface IFaultListener
{
    /// <summary>An exception came out of it, on a message or when one that was deferred went on. The sender is told without it.</summary>
    void OnFault(Exception exception, Session session);

    /// <summary>A message that it had deferred went on, and no exception came out of that.</summary>
    void OnResumed();
}
