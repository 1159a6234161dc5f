using WsPrism.Protocol.Tests;

namespace WsPrism.Client.Tests;

/// <summary>What applications are written against is a promise: a change to it has to show in PublicSurface.txt.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Public_surface_is_the_one_on_record() => PublicSurface.IsTheOneOnRecord(typeof(WsPrismClient).Assembly);
}
