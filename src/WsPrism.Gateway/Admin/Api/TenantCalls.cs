using System.Runtime.CompilerServices;
using System.Text.Json;
using WsPrism.Core;
using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Policies;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>What a tenant has and how busy it is.</summary>
internal sealed class TenantCalls(GatewayNode node, TimeProvider time)
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    // Of a tenant that is gone nothing stays.
    private readonly ConditionalWeakTable<Tenant, Sample> _samples = [];
    private readonly long _started = time.GetTimestamp();

    /// <summary>Writes a tenant of the operator's list.</summary>
    public static void WriteTenant(Utf8JsonWriter json, Tenant tenant)
    {
        json.WriteString("tenant"u8, tenant.Id);
        WriteCounts(json, tenant);
    }

    public async Task GetStatsAsync(ApiRequest request)
    {
        request.AllowQuery();
        var tenant = request.Tenant;
        var ledger = await request.PatientlyAsync(TenantReads.LedgerAsync(tenant, node.Shards));
        var sample = Measure(tenant, ledger);
        await request.AnswerAsync(json =>
        {
            json.WriteStartObject();
            WriteCounts(json, tenant);
            json.WriteStartObject("rates"u8);
            json.WriteNumber("ext_in_per_s"u8, sample.ExtRate);
            json.WriteNumber("hot_in_per_s"u8, sample.HotRate);
            json.WriteNumber("delivered_per_s"u8, sample.DeliveredRate);
            json.WriteEndObject();
            json.WritePropertyName("ledger"u8);
            LedgerJson.Write(ledger, json);
            WriteLimits(json, tenant.Snapshot);
            json.WriteEndObject();
        });
    }

    private static void WriteCounts(Utf8JsonWriter json, Tenant tenant)
    {
        json.WriteNumber("sessions"u8, tenant.Registry.SessionCount);
        json.WriteNumber("users"u8, tenant.Registry.UserCount);
        json.WriteNumber("rooms"u8, tenant.Registry.RoomCount);
    }

    private static void WriteLimits(Utf8JsonWriter json, TenantSnapshot snapshot)
    {
        var (limits, policy) = (snapshot.Config.Limits, snapshot.Policy);
        json.WriteStartObject("limits"u8);
        json.WriteNumber("max_frame_bytes"u8, limits.MaxFrameBytes);
        json.WriteNumber("max_sessions_total"u8, limits.MaxSessionsTotal);
        json.WriteNumber("max_rooms_total"u8, limits.MaxRoomsTotal);
        json.WriteNumber("max_users_per_room"u8, limits.MaxUsersPerRoom);
        json.WriteNumber("max_rooms_per_user"u8, limits.MaxRoomsPerUser);
        WriteRate(json, "ext_rate", policy.ExtRate);
        WriteRate(json, "hot_rate", policy.HotRate);
        json.WriteEndObject();
    }

    private static void WriteRate(Utf8JsonWriter json, string name, RateLimit rate)
    {
        json.WriteStartObject(name);
        json.WriteNumber("rps"u8, rate.Rps);
        json.WriteNumber("burst"u8, rate.Burst);
        json.WriteEndObject();
    }

    // Rates are those since the sample before, which is at least a second old; the first is the start.
    private Sample Measure(Tenant tenant, Ledger ledger)
    {
        var now = time.GetTimestamp();
        var before = _samples.TryGetValue(tenant, out var known) ? known : new Sample(_started, 0, 0, 0, 0, 0, 0);
        var seconds = time.GetElapsedTime(before.At, now).TotalSeconds;
        if (before.At != _started && seconds < MinInterval.TotalSeconds)
        {
            return before;
        }

        var ext = tenant.Shards.Sum(shard => shard.Counters.MessagesIn(Lane.Ext));
        var hot = tenant.Shards.Sum(shard => shard.Counters.MessagesIn(Lane.Hot));
        var delivered = Enum.GetValues<DeliveryClass>().Sum(cls => ledger.Count(cls, Fate.Delivered));
        var sample = new Sample(
            now, ext, hot, delivered, PerSecond(ext - before.Ext), PerSecond(hot - before.Hot), PerSecond(Math.Max(0, delivered - before.Delivered)));
        _samples.AddOrUpdate(tenant, sample);
        return sample;

        double PerSecond(long count) => Math.Round(count / Math.Max(seconds, 0.001), 1);
    }

    private sealed record Sample(long At, long Ext, long Hot, long Delivered, double ExtRate, double HotRate, double DeliveredRate);
}
