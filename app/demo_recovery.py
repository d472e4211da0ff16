"""What the demo's configuration says about recovery: its middleware's endpoint, and the catalogue for what its story breaks."""

from __future__ import annotations

SECTION = """\
recovery:                      # the middleware is simulated, and does send again what it is asked to
  targets:
    integration-hub:
      kind: http
      url: "http://127.0.0.1:{port}/replay"
      auth: {{kind: bearer, token: "{token}"}}
      timeout: 30s
      idempotent: true
    integration-hub-inbox:     # takes messages as they are brought
      kind: http
      url: "http://127.0.0.1:{port}/messages?workflow={{workflow}}&transaction_id={{transaction_id}}&milestone={{milestone}}"
      auth: {{kind: bearer, token: "{token}"}}
      timeout: 30s
      idempotent: true
  payloads:
    folders: [messages]
  paths:
    - name: deliver-again
      title: Deliver it again
      action: retry
      kinds: [missing]
      workflows: [order_change, quality_to_shipment, master_data_sync]
      target: integration-hub
      approval: none
      proof: {{within: 2m}}
      hint: The hub still holds the message, and its receiver does nothing twice for one key. Nobody else has to agree.
    - name: confirm-again
      title: Confirm the production again
      action: retry
      workflows: [production_to_inventory]
      milestones: [confirmed]
      classes: [business]
      target: integration-hub
      approval: one
      proof: {{within: 2m}}
      limits: {{ramp: [1, 3, 9], failed_share: 0}}
      hint: Is the physical inventory of the material finished by now? Until it is, the ERP refuses every confirmation of it.
    - name: order-again
      title: Send the order to the MES again
      action: retry
      workflows: [order_to_production]
      milestones: [received]
      classes: [contract]
      target: integration-hub
      approval: none
      proof: {{within: 30s}}
      limits: {{ramp: [1, 3], failed_share: 0}}
      hint: Does the mapping fill SegmentRequirement by now? If not, the MES refuses the first order again, and the others are never sent.
    - name: order-filled
      title: Fill the missing element and send the order
      action: bulk_transform
      workflows: [order_to_production]
      milestones: [received]
      classes: [contract]
      target: integration-hub-inbox
      approval: four_eyes
      approvers: [supply]
      reason_required: true
      transform: {{"$.ProductionRequest.SegmentRequirement": "OP-0010"}}
      proof: {{within: 2m}}
      limits: {{ramp: [1, 3], failed_share: 0}}
      hint: Every order in this group is made in one segment, OP-0010. Each message is shown as it was and as it would be sent.
    - name: book-what-nobody-saw
      title: Have it booked, though nobody saw it arrive
      action: retry
      kinds: [missing]
      workflows: [shipment_to_invoice, production_to_inventory, stock_movement_sync]
      target: integration-hub
      approval: four_eyes
      approvers: [supply]
      reason_required: true
      proof: {{within: 2m}}
      hint: It moves money or stock. Look in the ERP for a document that was posted by hand meanwhile.
    - name: movement-again
      title: Post the movement again
      action: retry
      workflows: [stock_movement_sync]
      milestones: [moved_erp]
      classes: [business]
      target: integration-hub
      approval: one
      proof: {{within: 2m}}
      hint: Did Finance open the posting period again, or may the movement be posted in the next one?
    - name: after-an-outage
      title: Try again after an outage
      action: retry
      workflows: [shipment_to_invoice]
      classes: [transient]
      target: integration-hub
      approval: none
      automatic_tries: 2
      proof: {{within: 2m}}
      limits: {{tries: 5}}
      hint: The ERP could not be reached. A rule tries it by itself, and people may as well.
    - name: change-again
      title: Send the order change again
      action: retry
      workflows: [purchase_order_change]
      milestones: [sent]
      classes: [configuration]
      target: integration-hub
      approval: none
      proof: {{within: 30s}}
      hint: Without a partner profile the hub takes it, and the supplier never hears of it.
    - name: change-parked
      title: Park it until the partner profile is there
      action: park
      workflows: [purchase_order_change]
      classes: [configuration]
      approval: none
      reason_required: true
      hint: Tell master data which partner it is, and call the supplier about the change.
    - name: ask-the-supplier
      title: Ask the supplier for the shipping notice
      action: chase
      kinds: [missing]
      workflows: [procure_to_receipt]
      milestones: [shipped]
      target: integration-hub
      approval: none
      proof: {{within: 5m}}
      hint: The promised date has passed. The hub asks by EDI; most suppliers answer at once.
    - name: duplicate-posting
      title: Take back the second posting
      action: runbook
      kinds: [violation]
      rules: [duplicate_posting]
      approval: none
      proof: {{within: 4h}}
      steps:
        - Compare both material documents in the ERP; they must name the same confirmation.
        - Cancel the later one, with the posting date of today.
        - Tell the planners of the plant that the stock was too high until now.
      hint: Nothing is sent. Whoever does it says so by doing it, and the rule is whole again when the ERP tells of it.
    - name: count-it
      title: Count it
      action: runbook
      kinds: [inventory]
      causes: [unexplained]
      approval: none
      proof: {{within: 8h}}
      steps:
        - Block the bin in the warehouse.
        - Count it, and post the difference in the system that is wrong.
        - Release the bin.
      hint: No message explains the difference, so somebody has to look.
"""


def recovery_section(port: int, token: str) -> str:
    """The section of the configuration; nothing where the middleware has no endpoint."""
    return SECTION.format(port=port, token=token) if port else ""
