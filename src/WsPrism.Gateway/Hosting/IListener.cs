namespace WsPrism.Gateway.Hosting;

/// <summary>Something that clients connect to.</summary>
internal interface IListener : IAsyncDisposable
{
    /// <summary>Where it listens, with the port that the system chose where 0 was asked for.</summary>
    string Address { get; }

    /// <summary>Opens it.</summary>
    /// <exception cref="ListenException">The address cannot be had.</exception>
    Task StartAsync();

    /// <summary>Closes it, and after a while what is still connected.</summary>
    Task StopAsync(TimeSpan patience);
}
