using WsPrism.Core.Delivery;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Lanes as labels name them.</summary>
internal static class Lanes
{
    public static string Name(this Lane lane) => lane == Lane.Ext ? "ext" : "hot";

    public static IEnumerable<DeliveryClass> Classes(this Lane lane) =>
        Enum.GetValues<DeliveryClass>().Where(cls => DeliveryClasses.Lanes[(int)cls] == lane.Name());
}
