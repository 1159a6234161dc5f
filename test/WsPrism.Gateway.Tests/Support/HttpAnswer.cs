using System.Text.Json;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>An HTTP/1.1 answer as it came, headers in lower case.</summary>
internal sealed record HttpAnswer(int Status, ILookup<string, string> Headers, string Body)
{
    public string? Header(string name) => Headers[name.ToLowerInvariant()].SingleOrDefault();

    /// <summary>The <c>code</c> of a refusal's body, which must be JSON with <c>code</c> and <c>msg</c> and nothing else.</summary>
    public string Code
    {
        get
        {
            Assert.Equal("application/json", Header("content-type"));
            using var json = JsonDocument.Parse(Body);
            Assert.Equal(["code", "msg"], json.RootElement.EnumerateObject().Select(property => property.Name));
            Assert.NotEmpty(json.RootElement.GetProperty("msg").GetString()!);
            return json.RootElement.GetProperty("code").GetString()!;
        }
    }

    /// <summary>All of it but the date.</summary>
    public string WithoutDate => string.Join(
        '\n', Headers.Where(header => header.Key != "date").SelectMany(header => header.Select(value => $"{header.Key}: {value}"))) + $"\n{Status}\n{Body}";
}
