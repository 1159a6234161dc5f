namespace WsPrism.Backend.Webhooks;

/// <summary>One thing to tell a backend, whatever number of requests it takes. Immutable.</summary>
internal sealed class WebhookRequest
{
    /// <summary><c>Webhook-Id</c> and <c>ce-id</c>: the same each time it is sent, so that a receiver can tell that it has seen it.</summary>
    public required string Id { get; init; }

    /// <summary><c>ce-type</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>ce-subject</c>: any text.</summary>
    public required string Subject { get; init; }

    /// <summary>The tenant's id.</summary>
    public required string Tenant { get; init; }

    /// <summary><c>ce-time</c>: when it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The body, one JSON object.</summary>
    public required byte[] Body { get; init; }
}
