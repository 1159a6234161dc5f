using Polly.CircuitBreaker;
using WsPrism.Backend;
using WsPrism.Backend.Events;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Metrics;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>What backends are told, and how they take it.</summary>
internal static class BackendMetrics
{
    private const string Duration = "wsprism_webhook_duration_seconds";

    private static readonly double[] Bounds = [.. LatencyHistogram.BoundsNs.Select(ns => ns / 1e9)];

    public static void Write(PrometheusWriter page, BackendServices backends)
    {
        var (services, events) = (backends.Webhooks, backends.Events);
        WriteMessages(page, services);
        WriteEvents(page, events);
        WriteLoad(page, services, events);
        page.Family(Duration, "histogram", "How long one request to a backend took.");
        foreach (var service in services)
        {
            Write(page, service.Counters.Durations, ("tenant", service.Tenant), ("kind", "message"), ("service", service.Name));
        }

        foreach (var one in events)
        {
            Write(page, one.Requests.Durations, ("tenant", one.Tenant), ("kind", "event"), ("service", ""));
        }
    }

    private static void WriteMessages(PrometheusWriter page, WebhookService[] services)
    {
        page.Family("wsprism_webhook_messages_total", "counter", "Messages to webhook services by how that ended.");
        foreach (var service in services)
        {
            foreach (var outcome in Enum.GetValues<WebhookOutcome>())
            {
                page.Sample(
                    "wsprism_webhook_messages_total", service.Counters[outcome], ("tenant", service.Tenant), ("service", service.Name), ("outcome", outcome.Name()));
            }
        }

        page.Family("wsprism_webhook_breaker_state", "gauge", "0: requests are sent; 1: one is tried; 2: none is.");
        foreach (var service in services)
        {
            var state = service.Breaker.State switch { CircuitState.Closed => 0, CircuitState.HalfOpen => 1, _ => 2 };
            page.Sample("wsprism_webhook_breaker_state", state, ("tenant", service.Tenant), ("service", service.Name));
        }
    }

    private static void WriteEvents(PrometheusWriter page, TenantEvents[] events)
    {
        page.Family("wsprism_webhook_events_total", "counter", "Events by what became of them.");
        foreach (var one in events)
        {
            foreach (var kind in Enum.GetValues<EventKind>())
            {
                foreach (var fate in Enum.GetValues<EventFate>())
                {
                    page.Sample("wsprism_webhook_events_total", one.Counters[kind, fate], ("tenant", one.Tenant), ("event", kind.Name()), ("fate", EventFates.Names[(int)fate]));
                }
            }
        }
    }

    private static void WriteLoad(PrometheusWriter page, WebhookService[] services, TenantEvents[] events)
    {
        page.Family("wsprism_webhook_in_flight", "gauge", "What is being told to backends now, pauses before repetitions included.");
        foreach (var service in services)
        {
            page.Sample("wsprism_webhook_in_flight", service.InFlight, ("tenant", service.Tenant), ("kind", "message"), ("service", service.Name));
        }

        foreach (var one in events)
        {
            page.Sample("wsprism_webhook_in_flight", one.InFlight, ("tenant", one.Tenant), ("kind", "event"), ("service", ""));
        }

        page.Family("wsprism_webhook_waiting", "gauge", "What waits for its turn to be told.");
        foreach (var service in services)
        {
            page.Sample("wsprism_webhook_waiting", service.Waiting, ("tenant", service.Tenant), ("kind", "message"), ("service", service.Name));
        }

        foreach (var one in events)
        {
            page.Sample("wsprism_webhook_waiting", one.Waiting, ("tenant", one.Tenant), ("kind", "event"), ("service", ""));
        }
    }

    private static void Write(PrometheusWriter page, LatencyHistogram histogram, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var buckets = new long[Bounds.Length + 1];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = histogram[i];
        }

        page.Histogram(Duration, Bounds, buckets, histogram.SumNs / 1e9, labels);
    }
}
