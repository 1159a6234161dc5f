namespace WsPrism.Gateway.Admin.Api;

/// <summary>The methods of one path.</summary>
internal sealed record ApiRoute
{
    /// <summary>The path as metrics name it, with the names of its parts in place of what a caller wrote there.</summary>
    public required string Path { get; init; }

    public Func<ApiRequest, Task>? Get { get; init; }

    public Func<ApiRequest, Task>? Post { get; init; }

    public Func<ApiRequest, Task>? Put { get; init; }

    public Func<ApiRequest, Task>? Delete { get; init; }

    /// <summary>For the <c>Allow</c> header.</summary>
    public string Allow => string.Join(
        ", ", new[] { (Get, "GET, HEAD"), (Post, "POST"), (Put, "PUT"), (Delete, "DELETE") }.Where(entry => entry.Item1 is not null).Select(entry => entry.Item2));

    public Func<ApiRequest, Task>? Of(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? Get
        : HttpMethods.IsPost(method) ? Post
        : HttpMethods.IsPut(method) ? Put
        : HttpMethods.IsDelete(method) ? Delete
        : null;
}
