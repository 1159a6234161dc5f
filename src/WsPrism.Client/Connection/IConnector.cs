namespace WsPrism.Client.Connection;

/// <summary>Makes connections. The seam between the client and the network.</summary>
internal interface IConnector
{
    Task<ITransport> ConnectAsync(Uri uri, string ticket, CancellationToken cancellation);

    /// <summary>Asks the same address without an upgrade, to learn why it failed; null where nobody answers.</summary>
    Task<Refusal?> AskAsync(Uri uri, string ticket, CancellationToken cancellation);
}
