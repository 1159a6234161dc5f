using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Clients that come back to their sessions.</summary>
internal static class ResumeMetrics
{
    public static void Write(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family("wsprism_resumes_total", "counter", "Clients that wanted a session back, by outcome: resumed, or why they got a new one.");
        foreach (var tenant in tenants)
        {
            foreach (var outcome in Enum.GetValues<ResumeFailure>())
            {
                page.Sample("wsprism_resumes_total", tenant.Shards.Sum(shard => shard.Counters.Resumes(outcome)), ("tenant", tenant.Id), ("outcome", outcome.Name()));
            }
        }

        page.Family("wsprism_resume_replayed_total", "counter", "Envelopes that resumed sessions were behind.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_resume_replayed_total", tenant.Shards.Sum(shard => shard.Counters.Replayed), ("tenant", tenant.Id));
        }

        page.Family("wsprism_resume_buffer_bytes", "gauge", "Bytes of envelopes kept for resumes.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_resume_buffer_bytes", tenant.ResumeMemory.Bytes, ("tenant", tenant.Id));
        }
    }
}
