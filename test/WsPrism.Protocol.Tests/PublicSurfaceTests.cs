namespace WsPrism.Protocol.Tests;

/// <summary>The public surface is a promise to other people's clients: a change to it has to show in PublicSurface.txt.</summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void Public_surface_is_the_one_on_record() => PublicSurface.IsTheOneOnRecord(typeof(ErrorCode).Assembly);
}
