using System.Net.WebSockets;
using WsPrism.Client.Connection;
using WsPrism.Client.Time;

namespace WsPrism.Client;

/// <summary>Where a client connects, who it is, and the bounds it keeps. Read once, when the client is made; may be shared.</summary>
public sealed class ClientOptions
{
    /// <summary>Options of a client that has one ticket for all of its life: it stops where that ticket has ended.</summary>
    /// <param name="url">The gateway: <c>wss://host/v1/ws</c>, or without a path. <c>http</c> and <c>https</c> mean <c>ws</c> and <c>wss</c>.</param>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="ticket">The ticket. It is never logged or told in an error.</param>
    /// <exception cref="ArgumentException">The address is no address of a gateway.</exception>
    public ClientOptions(string url, string tenant, string ticket)
        : this(url, tenant, _ => new ValueTask<string>(ticket))
    {
        ArgumentNullException.ThrowIfNull(ticket);
        RenewsTickets = false;
    }

    /// <summary>Options of a client that asks for a ticket afresh at each connect, and when the gateway says that the ticket ends soon.</summary>
    /// <param name="url">The gateway: <c>wss://host/v1/ws</c>, or without a path. <c>http</c> and <c>https</c> mean <c>ws</c> and <c>wss</c>.</param>
    /// <param name="tenant">The tenant's id.</param>
    /// <param name="ticket">Gets a ticket: for each connect, one after the other, and beside them when a ticket ends soon. What it throws counts as a connect that failed for now.</param>
    /// <exception cref="ArgumentException">The address is no address of a gateway.</exception>
    public ClientOptions(string url, string tenant, Func<CancellationToken, ValueTask<string>> ticket)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(ticket);
        Url = GatewayAddress.Parse(url);
        Tenant = tenant;
        Tickets = ticket;
        RenewsTickets = true;
    }

    /// <summary>The same gateway, tenant and ticket as other options have, and the defaults for the rest.</summary>
    public ClientOptions(ClientOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        (Url, Tenant, Tickets, RenewsTickets) = (other.Url, other.Tenant, other.Tickets, other.RenewsTickets);
    }

    /// <summary>The gateway's address, with scheme <c>ws</c> or <c>wss</c> and a path.</summary>
    public Uri Url { get; }

    /// <summary>The tenant's id.</summary>
    public string Tenant { get; }

    /// <summary>How the ticket travels. The default, a header, keeps it out of access logs.</summary>
    public TicketPlace TicketPlace { get; init; }

    /// <summary>How long a connect may take, up to the gateway's greeting. 15 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a request waits for its answer where it says nothing else, reconnects included. 15 seconds.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest wait before the first attempt to come back; it doubles with each, and each waits a random part of it. Half a second.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Where the doubling ends. 20 seconds.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A connection that held so long was a good one: after it the doubling begins anew. 10 seconds.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how many attempts in a row that led to no session the client gives up; no limit by default.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    /// <summary>How often the gateway is pinged, for the clock and to notice a dead connection; the first few come sooner. 5 seconds; zero for never.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after a ping a connection on which nothing came at all counts as lost. 10 seconds.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many requests may wait for their answers, 1,000 at most: more are refused with <see cref="ClientErrorCodes.BufferFull"/>. 256.</summary>
    public int MaxPendingRequests { get; init; } = 256;

    /// <summary>How many envelopes may wait to be sent. 1,024.</summary>
    public int SendQueueMessages { get; init; } = 1024;

    /// <summary>How many bytes of both lanes may wait to be sent, and how many of requests for their answers. 1 MiB.</summary>
    public int SendQueueBytes { get; init; } = 1 << 20;

    /// <summary>The longest message that is taken from the gateway, in bytes; a longer one ends the client with 1009. 16 MiB, of which is used what is needed.</summary>
    public int MaxMessageBytes { get; init; } = 16 << 20;

    /// <summary>Of how many keys sequence numbers are kept, in each direction; beyond, the oldest are forgotten. 16,384.</summary>
    public int MaxHotKeys { get; init; } = 16_384;

    /// <summary>Of how many rooms is kept what is needed to come back to them. 4,096.</summary>
    public int MaxRooms { get; init; } = 4096;

    /// <summary>How many users a <see cref="Presence.Roster"/> keeps of its room; beyond, it leaves those out that came last, and says so. 10,000.</summary>
    public int MaxMembers { get; init; } = 10_000;

    /// <summary>The tenant's <c>svc_id</c> of the market. 2.</summary>
    public byte MarketSvcId { get; init; } = 2;

    /// <summary>
    /// Whether <c>permessage-deflate</c> is offered: messages from 128 bytes on are compressed, each on its own, where the tenant allows it. Not on .NET Standard, where it changes
    /// nothing. False: whoever sees the connection's lengths and can have text of his own put beside a secret, in one message, learns the secret by how well that compresses. And
    /// it costs time and memory for each message.
    /// </summary>
    public bool Compression { get; init; }

    /// <summary>Called with the options of each WebSocket before it connects: proxies, certificates, headers.</summary>
    public Action<ClientWebSocketOptions>? ConfigureSocket { get; init; }

    /// <summary>Sends the plain request that asks why an upgrade failed, for those who need a proxy or a certificate there too. It must not follow redirects.</summary>
    public HttpMessageInvoker? Http { get; init; }

    /// <summary>The client's clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Numbers from 0 up to, not including, 1, for the jitter of reconnects. Must be thread-safe where it is shared.</summary>
    public Func<double>? Random { get; init; }

    internal Func<CancellationToken, ValueTask<string>> Tickets { get; }

    internal bool RenewsTickets { get; }

    internal IConnector? Connector { get; init; }

    /// <summary>Says at once what would fail later, when somebody waits for it.</summary>
    internal void Check()
    {
        Waiting.ThrowIfNoTimeout(ConnectTimeout, nameof(ConnectTimeout));
        Waiting.ThrowIfNoTimeout(RequestTimeout, nameof(RequestTimeout));
        Waiting.ThrowIfNoTimeout(PingTimeout, nameof(PingTimeout));
        Waiting.ThrowIfNoDelay(PingInterval, nameof(PingInterval));
        Waiting.ThrowIfNoDelay(ReconnectDelay, nameof(ReconnectDelay));
        Waiting.ThrowIfNoDelay(MaxReconnectDelay, nameof(MaxReconnectDelay));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1, nameof(MaxAttempts));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingRequests, 1, nameof(MaxPendingRequests));
        ArgumentOutOfRangeException.ThrowIfLessThan(SendQueueMessages, 1, nameof(SendQueueMessages));
        ArgumentOutOfRangeException.ThrowIfLessThan(SendQueueBytes, 1, nameof(SendQueueBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageBytes, 1, nameof(MaxMessageBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHotKeys, 1, nameof(MaxHotKeys));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRooms, 1, nameof(MaxRooms));
        ArgumentNullException.ThrowIfNull(Time);
    }
}
