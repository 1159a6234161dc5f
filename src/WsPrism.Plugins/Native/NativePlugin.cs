using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Services;

namespace WsPrism.Plugins.Native;

/// <summary>
/// A plugin that is an object of somebody else's assembly. The gateway keeps references to this one, here and there until the next message, and this one alone
/// has those to the object: when it is disposed of they are gone, and the assembly can be unloaded. Called by all shards at once.
/// </summary>
internal sealed partial class NativePlugin : Plugin
{
    // What a plugin does when it is disposed of must not keep a reload or the end of the process waiting for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger;
    private readonly NativeExtService? _ext;
    private readonly NativeHotService? _hot;
    private PluginLoadContext? _context;
    private object? _service;

    private NativePlugin(string tenant, ExtServiceConfig config, PluginLoadContext context, object service, TimeProvider time, ILogger logger)
        : base(tenant, config)
    {
        _context = context;
        _service = service;
        _logger = logger;
        Switch = new FailureSwitch(this, time, logger);
        _ext = service is IExtService ext ? new NativeExtService(this, ext) : null;
        _hot = service is IHotService hot ? new NativeHotService(this, hot) : null;
    }

    public override IExtService? Ext => _ext;

    public override IHotService? Hot => _hot;

    public FailureSwitch Switch { get; }

    /// <summary>Loads the assembly that the configuration names.</summary>
    public static NativePlugin Load(string tenant, ExtServiceConfig config, TimeProvider time, ILogger logger)
    {
        var context = new PluginLoadContext($"{tenant}/{config.Name}", config.Assembly!.Path);
        try
        {
            var service = NativeLoader.Load(context, config.Assembly, config.Class, new PluginHost(tenant, config, time, logger));
            return new NativePlugin(tenant, config, context, service, time, logger);
        }
        catch (PluginException)
        {
            context.Unload();
            throw;
        }
    }

    /// <summary>An exception came out of it.</summary>
    public void Fail(Exception exception, Session session)
    {
        Log.Failed(_logger, exception, Tenant, Config.Name, Config.Assembly!.Name, session.SessionId, session.TraceId);
        Switch.Failed(PluginFailure.Error);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref _service, null) is { } service)
        {
            _ext?.Let();
            _hot?.Let();
            End(service);
        }
    }

    private void End(object service)
    {
#pragma warning disable VSTHRD002 // Not on a thread that anybody waits for: a reload's, or the one that ends the process.
        if (!Task.Run(() => EndAsync(service)).Wait(Patience))
#pragma warning restore VSTHRD002
        {
            Log.EndIsLate(_logger, Tenant, Config.Name, Config.Assembly!.Name, Patience.TotalSeconds);
        }

        // From here on it goes when the last of its objects goes: those of messages that it has deferred, or of threads that it has not ended.
        _context!.Unload();
        _context = null;
    }

    private async Task EndAsync(object service)
    {
        try
        {
            if (service is IAsyncDisposable later)
            {
                await later.DisposeAsync().ConfigureAwait(false);
            }
            else if (service is IDisposable now)
            {
                now.Dispose();
            }
        }
        catch (Exception exception)
        {
            Log.EndFailed(_logger, exception, Tenant, Config.Name, Config.Assembly!.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Plugin {Tenant}/{Service} ({File}) failed on a message: session={Session} trace_id={TraceId}")]
        public static partial void Failed(ILogger logger, Exception exception, string tenant, string service, string file, string session, string traceId);

        [LoggerMessage(2, LogLevel.Error, "Plugin {Tenant}/{Service} ({File}) failed when it was disposed of")]
        public static partial void EndFailed(ILogger logger, Exception exception, string tenant, string service, string file);

        [LoggerMessage(3, LogLevel.Warning, "Plugin {Tenant}/{Service} ({File}) is disposed of for more than {Seconds} s; nobody waits for it any longer")]
        public static partial void EndIsLate(ILogger logger, string tenant, string service, string file, double seconds);
    }
}
