namespace WsPrism.Transports.EventLoops;

/// <summary>What a loop calls when a registered descriptor is ready. On the loop's thread.</summary>
internal interface ILoopHandler
{
    /// <summary>Something can be read, written, or has gone wrong (EPOLL* bits).</summary>
    void OnReady(uint events);

    /// <summary>A fault came out of <see cref="OnReady"/>: give up this one descriptor.</summary>
    void OnFault();
}
