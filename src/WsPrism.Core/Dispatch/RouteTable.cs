using WsPrism.Core.Configuration;
using WsPrism.Core.Metrics;
using WsPrism.Core.Policies;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// Which service handles what: Hot frames by an array of 256, envelopes by a hash of the <c>svc</c> name. Compiled per tenant from the services that the
/// program offers. Immutable.
/// </summary>
internal sealed class RouteTable
{
    private readonly HotRoute?[] _hot = new HotRoute?[256];
    private readonly Utf8Map<ExtRoute> _ext;

    public RouteTable(ServicesConfig config, IEnumerable<IExtService> extServices, IEnumerable<IHotService> hotServices)
    {
        _ext = new Utf8Map<ExtRoute>(extServices.Select(service => KeyValuePair.Create(service.Name, new ExtRoute(service))));
        var byName = hotServices.ToDictionary(service => service.Name);
        foreach (var (svcId, name) in config.Hot)
        {
            _hot[svcId] = new HotRoute(byName[name]);
        }
    }

    public bool TryFindExt(ReadOnlySpan<byte> svc, out ExtRoute route) => _ext.TryGetValue(svc, out route);

    public HotRoute? FindHot(byte svcId) => _hot[svcId];
}

/// <summary>An Ext service with what the line needs of it at hand.</summary>
internal sealed class ExtRoute
{
    public ExtRoute(IExtService service)
    {
        Service = service;
        NameUtf8 = System.Text.Encoding.UTF8.GetBytes(service.Name);
        IsSystem = service.Name == "sys";
        KeepsOrder = service is IOrderedExtService;
        MetricIndex = ServiceNames.IndexOf("ext:" + service.Name);
    }

    public IExtService Service { get; }

    public byte[] NameUtf8 { get; }

    /// <summary>True for <c>sys</c>, whose events are control frames.</summary>
    public bool IsSystem { get; }

    /// <summary>True where a session's messages wait while one before them is out at the service.</summary>
    public bool KeepsOrder { get; }

    public int MetricIndex { get; }
}

/// <summary>A filter with what the line needs of it at hand.</summary>
internal sealed class FilterRoute(IExtFilter filter)
{
    public IExtFilter Filter => filter;

    public int MetricIndex { get; } = ServiceNames.IndexOf("filter:" + filter.Name);
}

/// <summary>A Hot service with what the line needs of it at hand.</summary>
internal sealed class HotRoute
{
    public HotRoute(IHotService service)
    {
        Service = service;
        MetricIndex = ServiceNames.IndexOf("hot:" + service.Name);
    }

    public IHotService Service { get; }

    public int MetricIndex { get; }
}
