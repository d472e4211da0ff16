"""Real servers that sources are tested against."""

from tests.servers.certificates import certificate
from tests.servers.kafka import kafka, own_kafka
from tests.servers.mosquitto import mosquitto
from tests.servers.mqtt import mqtt
from tests.servers.rabbitmq import queue, rabbitmq
from tests.servers.sap import sap
from tests.servers.trading_partner import trading_partner
from tests.servers.web_api import web_api

__all__ = ["certificate", "kafka", "mosquitto", "mqtt", "own_kafka", "queue", "rabbitmq", "sap", "trading_partner", "web_api"]
