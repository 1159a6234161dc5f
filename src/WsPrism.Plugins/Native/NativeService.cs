using System.Diagnostics.CodeAnalysis;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;

namespace WsPrism.Plugins.Native;

/// <summary>Stands between the line and a native plugin: names it, counts, and spares it while it is switched off. Called by all shards at once.</summary>
internal abstract class NativeService<T>(NativePlugin plugin, T service) : IFaultListener
    where T : class
{
    /// <summary>What is said while it is spared.</summary>
    protected const ErrorCode OffCode = ErrorCode.ServiceUnavailable;

    private volatile T? _service = service;

    public string Name => plugin.Config.Name;

    public void OnFault(Exception exception, Session session) => plugin.Fail(exception, session);

    public void OnResumed() => Succeeded();

    /// <summary>Lets go of the plugin: no shard calls it any more.</summary>
    public void Let() => _service = null;

    /// <summary>Begins a call; false where there is to be none.</summary>
    protected bool TryBegin([NotNullWhen(true)] out T? service)
    {
        service = _service;
        if (service is null || plugin.Switch.IsOff)
        {
            return false;
        }

        plugin.Counters.CountCall();
        return true;
    }

    /// <summary>A call has done all that it was for.</summary>
    protected void Succeeded() => plugin.Switch.Succeeded();
}
