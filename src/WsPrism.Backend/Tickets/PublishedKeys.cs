using System.Net;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Backend.Tickets;

/// <summary>
/// Reads the keys behind <c>auth.jwt.jwks_url</c>: at once, then at every interval, and in between when a ticket names a key that is not among them, though not
/// at every such ticket. While the issuer cannot be read, what was read last stays in force. One question at a time, whoever waits for it. Safe for all threads.
/// </summary>
internal sealed partial class PublishedKeys : IPublishedKeys, IDisposable
{
    /// <summary>How long after a question tickets cause no other one.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(10);

    /// <summary>How long the issuer has for its answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // After a failure; doubled after each further one, up to the interval.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _tenant;
    private readonly Uri _url;
    private readonly TimeSpan _interval;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private volatile JwsKey[]? _current;
    private byte[] _text = [];
    private Task? _asking;
    private long _askedAt;
    private long? _readAt;
    private TimeSpan _retry = FirstRetry;
    private long _reads;
    private long _failures;
    private bool _isFailing;
    private bool _isDisposed;

    public PublishedKeys(string tenant, JwtConfig config, TimeProvider time, ILogger logger)
    {
        _tenant = tenant;
        _url = new Uri(config.JwksUrl);
        _interval = TimeSpan.FromMilliseconds(config.JwksRefreshMs);
        _http = OutboundHttp.CreateClient(maxConnections: 1);
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => _ = AskAsync(isUrgent: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = AskAsync(isUrgent: true);
    }

    public JwsKey[]? Current => _current;

    public bool MayHaveMore
    {
        get
        {
            lock (_gate)
            {
                return _asking is not null || !IsQuiet;
            }
        }
    }

    public PublishedKeysStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new PublishedKeysStatus(_reads, _failures, _readAt is { } at ? _time.GetElapsedTime(at) : null);
            }
        }
    }

    private bool IsQuiet => _time.GetElapsedTime(_askedAt) < QuietTime;

    public Task AskAsync(CancellationToken cancellation) => AskAsync(isUrgent: false).WaitAsync(cancellation);

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _timer.Dispose();
        _http.Dispose();
    }

    private Task AskAsync(bool isUrgent)
    {
        lock (_gate)
        {
            if (_asking is null && !_isDisposed && (isUrgent || !IsQuiet))
            {
                _askedAt = _time.GetTimestamp();
                _asking = Task.Run(AskOnceAsync);
            }

            return _asking ?? Task.CompletedTask;
        }
    }

    private async Task AskOnceAsync()
    {
        var problem = await TryReadAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _asking = null;
            if (_isDisposed)
            {
                return;
            }

            Note(problem);
            _timer.Change(problem is null ? _interval : _retry, Timeout.InfiniteTimeSpan);
            _retry = problem is null ? FirstRetry : TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, _interval.Ticks));
        }
    }

    private void Note(string? problem)
    {
        if (problem is null)
        {
            _reads++;
            _readAt = _time.GetTimestamp();
            if (_isFailing)
            {
                Log.ReadAgain(_logger, _tenant);
            }
        }
        else
        {
            _failures++;
            if (!_isFailing)
            {
                Log.NotRead(_logger, _tenant, problem);
            }
        }

        _isFailing = problem is not null;
    }

    // Null where it went well.
    private async Task<string?> TryReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _url);
            request.Headers.Accept.ParseAdd("application/jwk-set+json, application/json");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return $"the issuer answered {(int)response.StatusCode}";
            }

            return await OutboundHttp.ReadBodyAsync(response, JwkSet.MaxBytes, patience.Token).ConfigureAwait(false) is { } body
                ? Take(body)
                : $"the answer is longer than {JwkSet.MaxBytes} bytes";
        }
        catch (OperationCanceledException)
        {
            return $"there was no answer within {Patience.TotalSeconds} s";
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
        {
            return e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } error ? $"{error.HttpRequestError}" : "the connection broke";
        }
    }

    private string? Take(byte[] body)
    {
        // The same keys again: those in use have made themselves at home.
        if (_current is not null && body.AsSpan().SequenceEqual(_text))
        {
            return null;
        }

        if (JwkSet.Parse(body, out var passedOver) is not { } keys)
        {
            return "the answer is no JWK Set";
        }

        _text = body;
        _current = keys;
        Log.Read(_logger, _tenant, keys.Length, passedOver);
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "Read the issuer's keys: tenant={Tenant} keys={Keys} passed_over={PassedOver}")]
        public static partial void Read(ILogger logger, string tenant, int keys, int passedOver);

        [LoggerMessage(3, LogLevel.Warning, "The issuer's keys cannot be read, those that were read before stay in force: tenant={Tenant} problem={Problem}")]
        public static partial void NotRead(ILogger logger, string tenant, string problem);

        [LoggerMessage(4, LogLevel.Information, "The issuer's keys can be read again: tenant={Tenant}")]
        public static partial void ReadAgain(ILogger logger, string tenant);
    }
}
