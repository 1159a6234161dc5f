namespace WsPrism.Core.Dispatch;

/// <summary>Something that waits its turn in <see cref="CallLines"/>.</summary>
internal interface ILineCall
{
    /// <summary>What it holds while it waits.</summary>
    int Bytes { get; }

    /// <summary>Does it, on a thread of the pool. Never throws.</summary>
    Task RunAsync();
}
