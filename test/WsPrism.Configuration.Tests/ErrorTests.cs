namespace WsPrism.Configuration.Tests;

public sealed class ErrorTests
{
    public static TheoryData<string> Names => [.. ErrorCase.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_mistake_is_reported_with_its_place_and_what_was_expected(string name)
    {
        var one = ErrorCase.All.Single(one => one.Name == name);

        var result = ConfigLoader.LoadText(one.Text, "wsprism.yaml", new TestEnvironment().WithFile("cert.pem", "").WithFile("site.pfx", "").WithKeys());

        var errors = result.Errors.Select(error => error.ToString());
        var warnings = result.Warnings.Select(warning => $"warning {warning}");
        Assert.Equal(one.Expected, errors.Concat(warnings));
        Assert.Equal(result.Errors.Count == 0, result.Config is not null);
    }
}
