using System.Text.Json;
using WsPrism.Core.Market;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>Publishing: <c>…/messages</c> and <c>…/frames</c>.</summary>
internal sealed class PublishCalls(ServerPublisher publisher)
{
    /// <summary>What a body may have beside the message in it: names, spaces, the sessions left out.</summary>
    public const int MaxAround = 65_536;

    /// <summary>
    /// So many messages of one request are on their way to the shards at once, so that many requests together do not push mailboxes over the mark from which
    /// shards read no more from their connections.
    /// </summary>
    public const int AtOnce = 32;

    public async Task SendMessageAsync(ApiRequest request, PublishTarget target)
    {
        request.AllowQuery();
        var body = PublishBody.Read(await request.ReadJsonAsync(request.Tenant.Snapshot.Config.Limits.MaxFrameBytes + MaxAround), string.Empty);
        var published = await request.PatientlyAsync(PublishAsync(request.Tenant, [target], body));
        await request.AnswerAsync(json => Write(json, published));
    }

    public async Task SendFrameAsync(ApiRequest request, PublishTarget target)
    {
        request.AllowQuery();
        var max = Math.Max(0, ServerPublisher.MaxHotBytes(request.Tenant.Snapshot));
        var frame = await request.ReadBodyAsync(max, "application/octet-stream");
        var published = await request.PatientlyAsync(PublishAsync(request.Tenant, [target], frame, "The body"));
        await request.AnswerAsync(json => Write(json, published));
    }

    /// <summary>Publishes an envelope to each of the targets, once for its id.</summary>
    public Task<Published> PublishAsync(Tenant tenant, IReadOnlyList<PublishTarget> targets, PublishBody body)
    {
        foreach (var target in targets)
        {
            var max = ServerPublisher.MaxMessageBytes(tenant.Snapshot, target);
            if (ServerPublisher.LengthOf(target, body.Message) > max)
            {
                throw new ApiException(ApiProblem.TooLarge($"The message is longer than {max} bytes as clients get it."));
            }
        }

        if (body.Id is null)
        {
            return PublishOnceAsync();
        }

        return tenant.ServerIds.OnceAsync(body.Id, PublishOnceAsync)
            ?? throw new ApiException(new ApiProblem(
                StatusCodes.Status503ServiceUnavailable,
                ErrorCode.ResourceExhausted,
                $"More than {RecentIds.MaxIds} messages with an id within {RecentIds.Lifetime.TotalSeconds} seconds: this one cannot be promised to happen once.")
            {
                RetryAfter = 1,
            });

        Task<Published> PublishOnceAsync() => SumAsync(targets, target => publisher.PublishAsync(tenant, target, body.Message));
    }

    /// <summary>Publishes a Hot frame to each of the targets.</summary>
    public Task<Published> PublishAsync(Tenant tenant, IReadOnlyList<PublishTarget> targets, byte[] bytes, string place)
    {
        var max = ServerPublisher.MaxHotBytes(tenant.Snapshot);
        if (bytes.Length > max)
        {
            throw new ApiException(ApiProblem.TooLarge($"{place} is a Hot frame longer than {max} bytes."));
        }

        if (!ServerPublisher.TryReadFrame(bytes, out var checkedFrame))
        {
            throw new ApiException(ApiProblem.BadRequest($"{place} is not a Hot frame, or has a flag that the gateway alone sets (ACK, ROOM, BATCH) or that is reserved."));
        }

        if (targets is [{ Kind: PublishTargetKind.Everybody }] && TenantMarket.IsUpdate(tenant.Snapshot, checkedFrame))
        {
            return CountedAsync(PublishValueAsync(tenant, checkedFrame, place));
        }

        return SumAsync(targets, target =>
        {
            ServerPublisher.TryReadFrame(bytes, out var frame);
            return CountedAsync(publisher.PublishAsync(tenant, target, frame));
        });
    }

    private Task<int> PublishValueAsync(Tenant tenant, in HotFrame frame, string place)
    {
        var max = TenantMarket.MaxValueBytes(tenant.Snapshot);
        return frame.Payload.Length > max
            ? throw new ApiException(ApiProblem.TooLarge($"{place} has a value of the market longer than {max} bytes."))
            : CheckAsync(publisher.PublishAsync(tenant, PublishTarget.Everybody, frame));

        static async Task<int> CheckAsync(Task<int> publishing) => await publishing is var receivers && receivers != TenantMarket.NoPlace
            ? receivers
            : throw new ApiException(new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, ErrorCode.ResourceExhausted, "The market has as many instruments, or this one as many opcodes, as may be."));
    }

    /// <summary>Writes the answer to a publish.</summary>
    public static void Write(Utf8JsonWriter json, Published published)
    {
        json.WriteStartObject();
        json.WriteNumber("receivers"u8, published.Receivers);
        if (published.Offset > 0)
        {
            json.WriteNumber("offset"u8, published.Offset);
        }

        json.WriteEndObject();
    }

    private static async Task<Published> CountedAsync(Task<int> count) => new(await count);

    // Of several rooms each has offsets of its own: none is told. One that refuses is what is answered; what is refused may be sent again under its id.
    private static async Task<Published> SumAsync(IReadOnlyList<PublishTarget> targets, Func<PublishTarget, Task<Published>> publish)
    {
        var sum = new Published(0);
        foreach (var part in targets.Chunk(AtOnce))
        {
            foreach (var one in await Task.WhenAll(part.Select(publish)))
            {
                if (one.Refusal != ErrorCode.None)
                {
                    throw new ApiException(ApiProblem.Of(one.Refusal, PublishVerdicts.Text(one.Refusal)));
                }

                sum = new Published(sum.Receivers + one.Receivers, targets.Count == 1 ? one.Offset : 0);
            }
        }

        return sum;
    }
}
